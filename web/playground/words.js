// Every text of the page in both languages. What the agent says comes in the agent's own language.
const kWords = {
  es: {
    tagline: 'Financiación para tecnología',
    hello: '¿Qué proyecto quiere financiar?',
    lead: 'Describa su proyecto. El agente busca convocatorias abiertas, usted elige, y recibe un informe con mejoras, literatura y una propuesta de concepto.',
    title: 'Título',
    description: 'Descripción',
    search: 'Buscar financiación',
    time_hint: 'Puede cerrar la página: la búsqueda sigue en el servidor.',
    samples: 'O pruebe con un ejemplo',
    recent: 'Sus proyectos recientes',
    untitled: 'Sin título',
    ingest_info: 'Proyecto',
    research_opportunities: 'Búsqueda',
    select_opportunities: 'Selección',
    process_selection: 'Confirmación',
    academic_research: 'Literatura',
    generate_report: 'Informe',
    chat_responder: 'Conversación',
    progress: 'En curso',
    stop: 'Detener',
    working: 'Trabajando…',
    sources: 'Fuentes',
    all: 'Elegir todas',
    none: 'Seguir sin elegir',
    pick: 'Convocatorias encontradas',
    go_on: (n) => (n ? `Continuar con ${n}` : 'Elija al menos una'),
    fit: 'Afinidad',
    deadline: 'Cierre',
    no_deadline: 'sin fecha verificada',
    days: (n) => (n < 0 ? 'vencida' : n === 0 ? 'hoy' : `en ${n} días`),
    open_page: 'Ver la convocatoria',
    requirements: 'Requisitos',
    reasons: 'Por qué encaja',
    evidence: 'Evidencia',
    chosen: 'Convocatorias elegidas',
    eligibility: 'Quién puede postular',
    open: 'abierta',
    forthcoming: 'próxima',
    unknown: 'por verificar',
    papers: 'Literatura',
    cited: (n) => `${n} citas`,
    off: 'apagada',
    found: (n) => `${n} resultados`,
    checked: 'comprobado el',
    report: 'Informe',
    writing: 'Escribiendo el informe…',
    copy: 'Copiar',
    copied: 'Copiado',
    chat: 'Conversación',
    ask: 'Pregunte sobre el informe o las convocatorias',
    send: 'Enviar',
    finish: 'Terminar',
    done: 'El proyecto está terminado.',
    again: 'Nuevo proyecto',
    retry: 'Continuar',
    gap: 'Sin conexión con el servidor; reintentando…',
    stopped: 'El agente está detenido en este paso.',
    no_text: 'Escriba un título o una descripción.',
  },
  en: {
    tagline: 'Funding for technology',
    hello: 'Which project needs funding?',
    lead: 'Describe your project. The agent looks for open calls, you choose, and you get a report with improvements, literature and a concept proposal.',
    title: 'Title',
    description: 'Description',
    search: 'Find funding',
    time_hint: 'You may close the page: the search goes on at the server.',
    samples: 'Or try a sample',
    recent: 'Your recent projects',
    untitled: 'Untitled',
    ingest_info: 'Project',
    research_opportunities: 'Search',
    select_opportunities: 'Selection',
    process_selection: 'Confirmation',
    academic_research: 'Literature',
    generate_report: 'Report',
    chat_responder: 'Conversation',
    progress: 'In progress',
    stop: 'Stop',
    working: 'Working…',
    sources: 'Sources',
    all: 'Choose all',
    none: 'Go on without any',
    pick: 'Calls found',
    go_on: (n) => (n ? `Go on with ${n}` : 'Choose at least one'),
    fit: 'Fit',
    deadline: 'Deadline',
    no_deadline: 'no verified date',
    days: (n) => (n < 0 ? 'over' : n === 0 ? 'today' : `in ${n} days`),
    open_page: 'See the call',
    requirements: 'Requirements',
    reasons: 'Why it fits',
    evidence: 'Evidence',
    chosen: 'Chosen calls',
    eligibility: 'Who may apply',
    open: 'open',
    forthcoming: 'forthcoming',
    unknown: 'to be verified',
    papers: 'Literature',
    cited: (n) => `${n} citations`,
    off: 'off',
    found: (n) => `${n} results`,
    checked: 'checked on',
    report: 'Report',
    writing: 'Writing the report…',
    copy: 'Copy',
    copied: 'Copied',
    chat: 'Conversation',
    ask: 'Ask about the report or the calls',
    send: 'Send',
    finish: 'Finish',
    done: 'This project is finished.',
    again: 'New project',
    retry: 'Go on',
    gap: 'No connection to the server; trying again…',
    stopped: 'The agent has stopped at this step.',
    no_text: 'Write a title or a description.',
  },
};

let language = 'es';
try {
  language = localStorage.getItem('language') ?? 'es';
} catch {
  /* storage may be forbidden */
}

export const current_language = () => language;
export const t = (key) => kWords[language][key] ?? key;

export function switch_language() {
  language = language === 'es' ? 'en' : 'es';
  try {
    localStorage.setItem('language', language);
  } catch {
    /* then it lasts as long as the page */
  }
}

export function translate_page() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
}

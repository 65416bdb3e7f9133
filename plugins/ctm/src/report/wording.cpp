#include "report/wording.hpp"

namespace ctm {
namespace {

constexpr Wording kSpanish{
    .title = "Informe de mejora y propuesta conceptual: {0}",
    .offline =
        "> Informe elaborado **sin conexión** el {0}, con el catálogo y la bibliografía incluidos. Ninguna "
        "fecha ni "
        "condición está verificada: confírmelas en la página oficial antes de decidir.",
    .live =
        "> Informe elaborado el {0}. Las fechas llevan el día en que se consultaron; confírmelas antes de "
        "postular.",
    .summary = "Resumen del proyecto",
    .calls = "Convocatorias elegidas",
    .no_calls = "No se eligió ninguna convocatoria; la propuesta parte solo del proyecto.",
    .recommendations = "Recomendaciones",
    .no_papers =
        "No hay artículos académicos reunidos; las recomendaciones se apoyan en el proyecto y las "
        "convocatorias.",
    .proposal = "Propuesta conceptual",
    .vision = "Visión",
    .vision_text =
        "{0} La propuesta presenta «{1}» como una solución medible, replicable y sostenible después del "
        "periodo de financiación.",
    .objectives = "Objetivos estratégicos",
    .objective_goal = "Cumplir el propósito declarado: {0}",
    .objective_evidence = "Demostrar resultados con línea base, indicadores y evaluación independiente.",
    .objective_transfer =
        "Transferir capacidades a la comunidad y a las entidades aliadas para sostener la operación.",
    .architecture = "Arquitectura técnica",
    .no_layers = "La descripción no nombra tecnologías concretas; detalle componentes, datos y responsables.",
    .innovations = "Innovaciones clave",
    .innovation_layers = "Integra en un solo sistema: {0}.",
    .innovation_paper = "Se apoya en evidencia publicada sobre «{0}» {1}.",
    .benefits = "Beneficios esperados",
    .benefit_figures = "Metas que declara el proyecto y que conviene convertir en indicadores: {0}.",
    .benefit_none = "El proyecto no declara metas numéricas; defínalas antes de postular.",
    .fit = "Ajuste con las convocatorias elegidas",
    .fit_line = "**{0}** {1}: {2}.",
    .roadmap = "Hoja de ruta",
    .references = "Referencias",
    .limits = "Límites de este informe",
    .limits_text =
        "Se basa en la descripción recibida, las convocatorias elegidas y los artículos citados. No "
        "reemplaza "
        "los términos de referencia ni una revisión jurídica o financiera.",
    .need = "Necesidad declarada: {0}",
    .check_call =
        "**Confirme fecha, requisitos y monto** de {0} en su página oficial antes de preparar la propuesta "
        "{1}.",
    .measure_figures = "**Convierta las metas en indicadores con línea base**: {0}.",
    .measure_none = "**Defina metas numéricas** de cobertura, costo y resultado, con línea base.",
    .alliance =
        "**Forme la alianza antes de postular**: una entidad de CTeI reconocida, el aliado territorial y "
        "quien opere "
        "la solución, con cartas de compromiso.",
    .evidence_from = "Aproveche la evidencia de «{0}»: {1}",
    .phases =
        {"**Fase 1. Línea base y diseño**: requisitos, permisos, alianza, indicadores y diseño técnico.",
         "**Fase 2. Prototipo**: integración de los componentes y pruebas con usuarios reales.",
         "**Fase 3. Piloto**: despliegue acotado, medición contra la línea base y ajuste.",
         "**Fase 4. Escalamiento y transferencia**: ampliación, modelo de operación y cierre con la entidad "
         "financiadora. Ajuste las duraciones al plazo que fije cada convocatoria."},
};

constexpr Wording kEnglish{
    .title = "Improvement report and concept proposal: {0}",
    .offline =
        "> Report written **offline** on {0}, from the bundled catalogue and bibliography. No date or term "
        "is "
        "verified: check them on the official page before you decide.",
    .live = "> Report written on {0}. Dates carry the day they were retrieved; check them before you apply.",
    .summary = "The project in short",
    .calls = "Chosen calls",
    .no_calls = "No call was chosen; the proposal starts from the project alone.",
    .recommendations = "Recommendations",
    .no_papers = "No academic papers were gathered; the recommendations rest on the project and the calls.",
    .proposal = "Concept proposal",
    .vision = "Vision",
    .vision_text =
        "{0} The proposal presents \"{1}\" as a solution that can be measured, repeated and kept running "
        "after "
        "the funded period.",
    .objectives = "Strategic objectives",
    .objective_goal = "Meet the stated purpose: {0}",
    .objective_evidence = "Prove results with a baseline, indicators and independent evaluation.",
    .objective_transfer =
        "Hand capacity over to the community and partner bodies so that operation continues.",
    .architecture = "Technical architecture",
    .no_layers = "The description names no concrete technology; detail components, data and owners.",
    .innovations = "Key innovations",
    .innovation_layers = "Joins in one system: {0}.",
    .innovation_paper = "Rests on published evidence about \"{0}\" {1}.",
    .benefits = "Expected benefits",
    .benefit_figures = "Goals the project states, to be turned into indicators: {0}.",
    .benefit_none = "The project states no numeric goals; set them before you apply.",
    .fit = "Fit with the chosen calls",
    .fit_line = "**{0}** {1}: {2}.",
    .roadmap = "Roadmap",
    .references = "References",
    .limits = "Limits of this report",
    .limits_text =
        "It rests on the description received, the calls chosen and the papers cited. It replaces neither "
        "the "
        "terms of reference nor legal or financial review.",
    .need = "Stated need: {0}",
    .check_call =
        "**Check date, requirements and amount** of {0} on its official page before you prepare the proposal "
        "{1}.",
    .measure_figures = "**Turn the goals into indicators with a baseline**: {0}.",
    .measure_none = "**Set numeric goals** for coverage, cost and result, with a baseline.",
    .alliance =
        "**Form the alliance before applying**: a recognised science body, the territorial partner and "
        "whoever will "
        "operate the solution, with letters of commitment.",
    .evidence_from = "Use the evidence of \"{0}\": {1}",
    .phases = {"**Phase 1. Baseline and design**: requirements, permits, alliance, indicators and technical "
               "design.",
               "**Phase 2. Prototype**: integrate the components and test with real users.",
               "**Phase 3. Pilot**: limited deployment, measured against the baseline, and adjustment.",
               "**Phase 4. Scale and hand-over**: extension, operating model and closing with the funder. "
               "Fit the durations "
               "to the term each call sets."},
};

}  // namespace

const Wording& wording(Language language) {
  return language == Language::kEnglish ? kEnglish : kSpanish;
}

}  // namespace ctm

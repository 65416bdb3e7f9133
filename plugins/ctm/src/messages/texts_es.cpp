#include "messages/languages.hpp"

namespace ctm {

// NOLINTNEXTLINE(readability-function-size): a table of texts
const Texts& spanish_texts() {
  static constexpr Texts kTexts{
      .missing_project =
          "Falta el proyecto: envíe project_title y project_description (al menos uno de los dos).",
      .project_received =
          "Recibí el proyecto «{0}». Siguiente paso: buscar convocatorias que puedan financiarlo.",
      .documents_read = "Leí {0} documento(s) y los sumé a la descripción.",
      .documents_not_configured =
          "No leí documentos: el operador no ha configurado `documents_directory`. Sigo con el título y la "
          "descripción.",
      .document_refused = "No leí «{0}»: está fuera de la carpeta de documentos permitida o no existe.",
      .document_too_large = "No leí «{0}»: supera el tamaño máximo de {1} kB.",
      .document_kind =
          "No leí «{0}»: por ahora solo se admiten archivos .txt y .md; el PDF aún no se admite.",
      .document_unreadable = "No leí «{0}»: el archivo no se pudo abrir o no es texto UTF-8.",
      .documents_limit = "Leí solo los primeros {0} documentos de la lista.",
      .stage_ideas = "Preparando las ideas de búsqueda",
      .stage_sources = "Consultando las fuentes",
      .stage_reading = "Leyendo y clasificando los resultados",
      .stage_ranking = "Ordenando por ajuste al proyecto",
      .found_some = "Encontré {0} oportunidades para «{1}». La de mejor ajuste: {2} ({3}).",
      .found_none = "No encontré oportunidades para «{0}». Pruebe con una descripción más detallada.",
      .offline_note =
          "Trabajé sin conexión, con el catálogo incluido: las fechas y condiciones no están verificadas; "
          "confírmelas en "
          "la página oficial de cada programa.",
      .source_failed_note = "Fuentes con fallas: {0}.",
      .catalogue_used_note =
          "Completé la lista con el catálogo incluido; esas entradas no tienen fecha verificada.",
      .shares_concepts = "Comparte los temas: {0}",
      .shares_terms = "Términos en común: {0}",
      .open_to_colombia = "Entidades de Colombia pueden postular",
      .colombia_as_partner = "Una entidad de Colombia participa como socia",
      .colombia_to_check = "Confirme que Colombia sea elegible en la convocatoria vigente",
      .any_technology = "Financia tecnología e innovación de cualquier sector",
      .deadline_known = "Cierra el {0}",
      .deadline_unknown = "Sin fecha de cierre verificada",
      .usual_months = "Suele abrir en: {0} (por confirmar)",
      .front_page_only = "Solo se conoce la página principal: busque allí el programa",
      .select_instruction =
          "Elija las oportunidades por su índice: una lista como [0, 2], el texto «0,2», «todas» o "
          "«ninguna».",
      .selection_done = "Seleccionó {0} oportunidad(es): {1}.",
      .selection_none = "No seleccionó oportunidades. Sigo con el informe a partir del proyecto.",
      .selection_dropped = "Ignoré los índices fuera de rango: {0}.",
      .selection_unreadable =
          "No entendí la selección; se esperaba una lista de índices, «todas» o «ninguna».",
      .stage_papers = "Buscando literatura académica",
      .papers_found = "Reuní {0} artículos para sustentar la propuesta. El primero: {1}.",
      .papers_none = "No encontré artículos para este tema.",
      .papers_skipped = "Sin oportunidades seleccionadas no busqué literatura.",
      .stage_report = "Escribiendo el informe",
      .report_done = "Informe listo",
      .chat_ready =
          "El informe está listo. ¿Qué quiere saber del proyecto, las convocatorias o la literatura?",
      .chat_instruction = "Escriba una pregunta; «fin», «finalizar», «salir», «end» o «exit» terminan.",
      .goodbye = "Listo. Cerramos aquí; el informe queda en el estado de la conversación.",
      .cannot_answer =
          "No tengo ese dato en el proyecto, las convocatorias, el informe ni los artículos. Puedo responder "
          "sobre: {0}.",
      .nothing_asked = "No recibí una pregunta. Puedo responder sobre: {0}.",
      .no_opportunities = "No hay convocatorias en esta conversación.",
      .no_deadline = "{0}: sin fecha de cierre verificada; consulte {1}",
      .deadline_is = "{0}: cierra el {1} ({2})",
      .best_call = "La de mejor ajuste es {0} ({1}), con {2} sobre 1.",
      .requirements_of = "Quién puede postular y requisitos:",
      .amount_unknown = "{0}: monto no publicado en lo que leí; tipo de apoyo: {1}",
      .amount_is = "{0}: {1} {2}",
      .budget_text = "Presupuesto y montos:",
      .summary_intro = "Resumen del proyecto «{0}»:",
      .papers_intro = "Literatura reunida:",
      .recommendations_missing = "El informe aún no tiene recomendaciones.",
      .llm_failed_note = "(El modelo de lenguaje no respondió; contesto con lo que hay en la conversación.)",
      .from_report = "Según el informe:",
      .topics = {"Mejor convocatoria para el proyecto", "Requisitos y elegibilidad",
                 "Plazos y fechas de cierre", "Presupuesto y tipo de apoyo", "Recomendaciones y hoja de ruta",
                 "Literatura y resumen del informe"},
      .official_page = "Página oficial",
      .not_verified = "sin verificar",
      .deadline_word = "Cierre",
      .eligibility_word = "Elegibilidad",
      .financing_word = "Tipo de apoyo",
      .status_word = "Estado",
      .why_word = "Por qué ajusta",
      .checked_word = "Fecha de consulta",
  };
  return kTexts;
}

}  // namespace ctm

#include "messages/languages.hpp"

namespace ctm {

// NOLINTNEXTLINE(readability-function-size): a table of texts
const Texts& english_texts() {
  static constexpr Texts kTexts{
      .missing_project =
          "The project is missing: send project_title and project_description (one of them at least).",
      .project_received = "Got the project \"{0}\". Next step: look for calls that could fund it.",
      .documents_read = "Read {0} document(s) and added them to the description.",
      .documents_not_configured =
          "No documents were read: the operator has not set `documents_directory`. Going on with title and "
          "description.",
      .document_refused =
          "\"{0}\" was not read: it is outside the allowed documents folder, or does not exist.",
      .document_too_large = "\"{0}\" was not read: it is larger than {1} kB.",
      .document_kind = "\"{0}\" was not read: only .txt and .md files for now; PDF is not supported yet.",
      .document_unreadable = "\"{0}\" was not read: it cannot be opened or is no UTF-8 text.",
      .documents_limit = "Only the first {0} documents of the list were read.",
      .stage_ideas = "Preparing the search ideas",
      .stage_sources = "Asking the sources",
      .stage_reading = "Reading and classifying the results",
      .stage_ranking = "Ranking by fit",
      .found_some = "Found {0} opportunities for \"{1}\". The best fit: {2} ({3}).",
      .found_none = "Found no opportunity for \"{0}\". Try a more detailed description.",
      .offline_note =
          "I worked offline, from the bundled catalogue: dates and terms are not verified; check them on "
          "each "
          "programme's official page.",
      .source_failed_note = "Sources that failed: {0}.",
      .catalogue_used_note =
          "I filled the list up from the bundled catalogue; those entries have no verified date.",
      .shares_concepts = "Shares the topics: {0}",
      .shares_terms = "Terms in common: {0}",
      .open_to_colombia = "Entities from Colombia can apply",
      .colombia_as_partner = "An entity from Colombia takes part as a partner",
      .colombia_to_check = "Check that Colombia is eligible in the current call",
      .any_technology = "Funds technology and innovation of any sector",
      .deadline_known = "Closes on {0}",
      .deadline_unknown = "No verified closing date",
      .usual_months = "Usually opens in: {0} (to be confirmed)",
      .front_page_only = "Only the front page is known: look for the programme there",
      .select_instruction =
          "Choose opportunities by index: a list such as [0, 2], the text \"0,2\", \"all\" or \"none\".",
      .selection_done = "You chose {0} opportunity(ies): {1}.",
      .selection_none = "You chose no opportunity. Going on with a report from the project alone.",
      .selection_dropped = "Ignored the indices out of range: {0}.",
      .selection_unreadable =
          "The selection was not understood; a list of indices, \"all\" or \"none\" was expected.",
      .stage_papers = "Looking for academic literature",
      .papers_found = "Gathered {0} papers to support the proposal. The first: {1}.",
      .papers_none = "Found no papers on this topic.",
      .papers_skipped = "With no opportunity chosen, no literature was searched.",
      .stage_report = "Writing the report",
      .report_done = "Report ready",
      .chat_ready =
          "The report is ready. What would you like to know about the project, the calls or the literature?",
      .chat_instruction = "Write a question; \"end\", \"exit\", \"fin\", \"finalizar\" or \"salir\" finish.",
      .goodbye = "Done. We stop here; the report stays in the state of the conversation.",
      .cannot_answer =
          "That is not in the project, the calls, the report or the papers. I can answer about: {0}.",
      .nothing_asked = "I got no question. I can answer about: {0}.",
      .no_opportunities = "There are no calls in this conversation.",
      .no_deadline = "{0}: no verified closing date; see {1}",
      .deadline_is = "{0}: closes on {1} ({2})",
      .best_call = "The best fit is {0} ({1}), with {2} out of 1.",
      .requirements_of = "Who may apply, and requirements:",
      .amount_unknown = "{0}: no amount published in what I read; kind of support: {1}",
      .amount_is = "{0}: {1} {2}",
      .budget_text = "Budget and amounts:",
      .summary_intro = "Summary of the project \"{0}\":",
      .papers_intro = "Literature gathered:",
      .recommendations_missing = "The report has no recommendations yet.",
      .llm_failed_note = "(The language model did not answer; this comes from what the conversation holds.)",
      .from_report = "According to the report:",
      .topics = {"Best call for the project", "Requirements and eligibility", "Deadlines",
                 "Budget and kind of support", "Recommendations and roadmap",
                 "Literature and summary of the report"},
      .official_page = "Official page",
      .not_verified = "not verified",
      .deadline_word = "Deadline",
      .eligibility_word = "Eligibility",
      .financing_word = "Kind of support",
      .status_word = "Status",
      .why_word = "Why it fits",
      .checked_word = "Retrieved",
  };
  return kTexts;
}

}  // namespace ctm

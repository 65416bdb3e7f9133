// Texts: every sentence the agent says to its user, once per language; {0}, {1} are filled in. Immutable.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "domain/language.hpp"

namespace ctm {

struct Texts {
  // Ingest
  std::string_view missing_project, project_received, documents_read, documents_not_configured,
      document_refused, document_too_large, document_kind, document_unreadable, documents_limit;
  // Research
  std::string_view stage_ideas, stage_sources, stage_reading, stage_ranking, found_some, found_none,
      offline_note, source_failed_note, catalogue_used_note;
  // Fit reasons
  std::string_view shares_concepts, shares_terms, open_to_colombia, colombia_as_partner, colombia_to_check,
      any_technology, deadline_known, deadline_unknown, usual_months, front_page_only;
  // Selection
  std::string_view select_instruction, selection_done, selection_none, selection_dropped,
      selection_unreadable;
  // Papers and report
  std::string_view stage_papers, papers_found, papers_none, papers_skipped, stage_report, report_done;
  // Chat
  std::string_view chat_ready, chat_instruction, goodbye, cannot_answer, nothing_asked, no_opportunities,
      no_deadline, deadline_is, best_call, requirements_of, amount_unknown, amount_is, budget_text,
      summary_intro, papers_intro, recommendations_missing, llm_failed_note, from_report;
  std::array<std::string_view, 6> topics;
  // Words
  std::string_view official_page, not_verified, deadline_word, eligibility_word, financing_word, status_word,
      why_word, checked_word;
};

[[nodiscard]] const Texts& texts(Language language);

// Puts the values where {0}, {1}, ... stand.
[[nodiscard]] std::string fill(std::string_view pattern, const std::vector<std::string>& values);

// What kinds of money and months are called.
[[nodiscard]] std::string financing_name(const std::string& kind, Language language);
[[nodiscard]] std::string month_name(int month, Language language);

}  // namespace ctm

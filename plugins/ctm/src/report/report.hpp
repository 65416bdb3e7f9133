// The improvement report in Markdown: what is always ours (header, chosen calls, references) and the body,
// written by template or by a language model. Pure functions, immutable.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <agenthost/sdk/llm.hpp>
#include <string>

#include "report/dossier.hpp"
#include "report/facts.hpp"

namespace ctm {

// Title, day and honesty note, the project in short, the chosen calls with their facts.
[[nodiscard]] std::string report_head(const Dossier& dossier, const ProjectFacts& facts);
// Recommendations and concept proposal from templates and facts.
[[nodiscard]] std::string template_body(const Dossier& dossier, const ProjectFacts& facts);
// The same from a model, which may cite only what the dossier holds.
[[nodiscard]] agent::LlmRequest body_request(const Dossier& dossier);
// References and limits.
[[nodiscard]] std::string report_tail(const Dossier& dossier);

// report_files: the Markdown under the project's name.
[[nodiscard]] agent::Json report_files(const Dossier& dossier, const std::string& markdown);

}  // namespace ctm

// Answering questions about what the conversation holds: by retrieval alone, or by a language model that is
// given it. Pure functions, immutable.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <agenthost/sdk/llm.hpp>
#include <string>

#include "report/dossier.hpp"

namespace ctm {

// end, fin, finalizar, salir, exit, in any case.
[[nodiscard]] bool is_end_word(const std::string& text);

// The six topics, as one line.
[[nodiscard]] std::string topic_line(Language language);

// From the calls, papers and report, with links and citations; what is not there is said not to be there.
[[nodiscard]] std::string answer_from(const Dossier& dossier, const std::string& report,
                                      const std::string& question);

// history: the state's messages; the newest few are sent.
[[nodiscard]] agent::LlmRequest answer_request(const Dossier& dossier, const std::string& report,
                                               const agent::Json& history, const std::string& question);

}  // namespace ctm

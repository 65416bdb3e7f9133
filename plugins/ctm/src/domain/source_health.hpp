// SourceHealth: what became of one source of knowledge in this run; shown in the state's `sources`. A plain
// value.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <string>
#include <vector>

namespace ctm {

struct SourceHealth {
  std::string name;
  std::string kind;  // funding | papers | llm
  int requests = 0;
  int failures = 0;
  int found = 0;
  std::string message;  // the first failure, or why it was not asked
  bool asked = false;

  void count_success(std::size_t items);
  void count_failure(const std::string& reason);
  // ok | partial | empty | failed | off
  [[nodiscard]] std::string status() const;
};

[[nodiscard]] agent::Json to_json(const SourceHealth& health);
// The state's list with those of `kind` replaced by `fresh`.
[[nodiscard]] agent::Json replace_kind(const agent::Json& sources, const std::string& kind,
                                       const std::vector<SourceHealth>& fresh);

}  // namespace ctm

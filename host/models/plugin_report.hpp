// PluginReport: how one folder of the plugins directory stands: for `agenthost plugins` and GET /info.
// PluginOutcome: what a reload did with it. Immutable values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agenthost::models {

struct PluginReport {
  std::string id;  // from plugin.yaml; the folder's name when that could not be read
  std::string version;
  std::string path;     // the folder
  bool loaded = false;  // a version of it serves: version and graphs are that one's
  // Why what lies in the folder is refused: what, where, what to do. With loaded: an older version goes on.
  std::string reason;
  std::vector<std::string> graphs;
  // Of the version that serves
  std::string trust;                     // how it is vouched for: "signed by ops", "unsigned"
  std::string isolation;                 // where its code runs: "in_process" or "process"
  std::vector<std::string> needs;        // what it asks for and gets: "llm", "http (api.example.org)"
  std::vector<std::string> not_granted;  // services it asks for and the operator does not give it
};

enum class PluginChange { kUnchanged, kLoaded, kReplaced, kKept, kRefused, kRemoved };

struct PluginOutcome {
  PluginChange change = PluginChange::kUnchanged;
  PluginReport report;
};

[[nodiscard]] std::string_view to_string(PluginChange change);
// As clients see them: {"id", "version", "loaded", "reason", "graphs", "trust", "isolation", "needs",
// "not_granted"}; an outcome has "outcome" too.
[[nodiscard]] std::string to_json(const PluginReport& report);
[[nodiscard]] std::string to_json(const PluginOutcome& outcome);

}  // namespace agenthost::models

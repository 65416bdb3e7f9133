// PluginReport: what became of one folder of the plugins directory: for `agenthost plugins` and GET /info.
// Immutable value.
#pragma once

#include <string>
#include <vector>

namespace agenthost::models {

struct PluginReport {
  std::string id;  // from plugin.yaml; the folder's name when that could not be read
  std::string version;
  std::string path;  // the folder
  bool loaded = false;
  std::string reason;  // why it was refused: what, where, what to do
  std::vector<std::string> graphs;
};

}  // namespace agenthost::models

#include "host/runtime/lost_writes.hpp"

namespace agenthost::runtime {

void LostWrites::note(const Graph& graph, const Node& node, const std::vector<std::string>& keys) {
  // Keys are a plugin's own, so they may be many, and long.
  constexpr std::size_t kMostTold = 1'000;
  constexpr std::size_t kLongestKey = 100;
  for (const auto& key : keys) {
    auto text = "graph " + quote(graph.id()) + ": node " + quote(node.path) + " writes " +
                quote(key.substr(0, kLongestKey)) +
                ", which is no channel of its graph: it is dropped; describe the channel, or do not write it";
    {
      const std::lock_guard lock(mutex_);
      if (told_.size() == kMostTold || !told_.insert(text).second) continue;
    }
    logger_.warn("runs", text);
  }
}

}  // namespace agenthost::runtime

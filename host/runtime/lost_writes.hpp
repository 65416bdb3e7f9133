// LostWrites: tells the log of nodes that write what is no channel of their graph, which is dropped as the
// contract wants it: once for each graph, node and key. Thread-safe.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "host/runtime/graph.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::runtime {

class LostWrites {
 public:
  explicit LostWrites(telemetry::Logger& logger) : logger_(logger) {}

  void note(const Graph& graph, const Node& node, const std::vector<std::string>& keys);

 private:
  telemetry::Logger& logger_;

  std::mutex mutex_;
  // Guarded by mutex_
  std::set<std::string> told_;
};

}  // namespace agenthost::runtime

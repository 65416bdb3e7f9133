// InProcessExecutor: runs the nodes of one configured graph by calling its plugin in this process.
// Thread-safe.
//
// A node that is not blocking is started inside start(), on the caller's thread; a blocking one on the
// blocking pool. Replies of services come on the pool the node was started on.
#pragma once

#include <cstddef>
#include <memory>

#include "host/base/executor.hpp"
#include "host/plugins/task.hpp"
#include "host/runtime/node_executor.hpp"

namespace agenthost::plugins {

struct ExecutorPools {
  Executor& pool;
  Executor& blocking;
};

class InProcessExecutor final : public runtime::NodeExecutor {
 public:
  InProcessExecutor(GraphInstancePtr graph, ExecutorPools pools, std::size_t max_update_bytes);

  std::shared_ptr<runtime::TaskHandle> start(runtime::NodeCall call,
                                             std::shared_ptr<runtime::TaskSink> sink) override;
  void route(const runtime::ConditionalEdge& edge, JsonBlob state, Decided decided) override;

 private:
  [[nodiscard]] Result<JsonBlob> ask_route(const runtime::ConditionalEdge& edge, const JsonBlob& state) const;
  [[nodiscard]] tl::unexpected<Error> route_error(const runtime::ConditionalEdge& edge,
                                                  std::string text) const;

  const GraphInstancePtr graph_;
  const ExecutorPools pools_;
  const std::size_t max_update_bytes_;
};

}  // namespace agenthost::plugins

// Worker: a worker process from the inside. It confines itself, loads one plugin as the server would, and
// runs what the server sends: nodes that do not block on this, the main thread, blocking ones on a pool. One
// per process.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/base/executor.hpp"
#include "host/plugins/isolation/event_loop.hpp"
#include "host/plugins/isolation/messages.hpp"
#include "host/plugins/isolation/wire.hpp"
#include "host/plugins/isolation/worker/remote_services.hpp"
#include "host/plugins/loader.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::isolation {

class Worker {
 public:
  Worker(std::unique_ptr<EventLoop> loop, FileDescriptor socket);

  // Until the server says so, or has gone: the exit code.
  [[nodiscard]] int run();

 private:
  // One node's way back to the server.
  class Sink;
  struct Graph {
    plugins::GraphInstancePtr instance;
    std::unique_ptr<plugins::InProcessExecutor> executor;  // decides its edges
    // By path
    std::unordered_map<std::string, const runtime::Node*> nodes;
    std::unordered_map<std::string, const runtime::ConditionalEdge*> edges;
  };

  void socket_ready();
  [[nodiscard]] Wire::Verdict handle(const Frame& frame);
  template <class Message, class Use>
  [[nodiscard]] Wire::Verdict with(const Frame& frame, Use use);

  void set_up(const SetUp& set_up);
  // Both: what describe() returned.
  [[nodiscard]] Result<std::string> take_up(const SetUp& set_up);
  [[nodiscard]] Result<std::string> load(const SetUp& set_up);
  void add_graph(const plugins::GraphInstancePtr& instance);
  static void add_paths(const runtime::Graph& description, Graph& graph);
  void start(const Start& start);
  void decide(const Decide& decide);
  void say_failed(std::uint64_t number, const Error& error);
  [[nodiscard]] const runtime::Node* find_node(const Start& start) const;
  [[nodiscard]] const runtime::ConditionalEdge* find_edge(const Decide& decide) const;
  [[nodiscard]] std::shared_ptr<plugins::Task> find_task(std::uint64_t number);
  void forget_task(std::uint64_t number);
  void stop();

  const std::unique_ptr<EventLoop> loop_;
  Wire wire_;
  telemetry::Logger logger_;
  std::optional<RemoteServices> services_;
  std::unique_ptr<ElasticPool> blocking_;
  std::optional<plugins::LoadedPlugin> plugin_;
  std::vector<Graph> graphs_;
  std::size_t max_update_bytes_ = 0;
  int exit_code_ = 0;

  std::mutex mutex_;
  // Guarded by mutex_: tasks end on any thread
  std::unordered_map<std::uint64_t, std::shared_ptr<plugins::Task>> tasks_;
};

}  // namespace agenthost::isolation

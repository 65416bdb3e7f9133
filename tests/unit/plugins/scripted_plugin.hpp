// ScriptedPlugin: a plugin inside the test binary whose nodes do what the test says, through the real C
// tables. RecordingSink: what a task reported, with waiting. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agenthost/agent_plugin.h"
#include "host/base/executor.hpp"
#include "host/plugins/c_types.hpp"
#include "host/plugins/host_api.hpp"
#include "host/plugins/in_process_executor.hpp"

// The ABI leaves this type to the plugin.
struct agent_graph {
  std::function<agent_status(agent_task*, const agent_node_call*)> start;
  std::function<void(agent_task*, std::uint64_t, const agent_reply*)> reply;
  std::function<void(agent_task*)> cancel;
  std::function<agent_status(agent_str, agent_str, agent_bytes*)> route;
};

namespace agenthost::plugins::test {

using namespace std::chrono_literals;
inline constexpr auto kPatience = 20s;

inline const agent_plugin_api& scripted_api() {
  static constexpr agent_plugin_api kApi{
      .struct_size = AGENT_SIZE(agent_plugin_api, stop),
      .reserved = 0,
      .describe = [](agent_plugin*, agent_bytes*) noexcept -> agent_status { return AGENT_UNSUPPORTED; },
      .create_graph = [](agent_plugin*, agent_str, agent_str, agent_graph**,
                         agent_bytes*) noexcept -> agent_status { return AGENT_UNSUPPORTED; },
      .destroy_graph = [](agent_graph*) noexcept {},
      .start_node = [](agent_graph* graph, agent_task* task, const agent_node_call* call) noexcept
      -> agent_status { return graph->start(task, call); },
      .on_reply = [](agent_graph* graph, agent_task* task, std::uint64_t token,
                     const agent_reply* reply) noexcept { graph->reply(task, token, reply); },
      .route = [](agent_graph* graph, agent_str edge, agent_str state,
                  agent_bytes* out) noexcept -> agent_status { return graph->route(edge, state, out); },
      .cancel =
          [](agent_graph* graph, agent_task* task) noexcept {
            if (graph->cancel) graph->cancel(task);
          },
      .stop = [](agent_plugin*) noexcept -> agent_status { return AGENT_OK; },
  };
  return kApi;
}

inline agent_status complete(agent_task* task, std::string update, agent_status status = AGENT_OK) {
  auto bytes = give(std::move(update));
  return host_api().complete(task, status, &bytes);
}

class RecordingSink final : public runtime::TaskSink {
 public:
  Pressure emit(Channel channel, std::string json) override {
    const std::lock_guard lock(mutex_);
    if (outcome_) ++after_done_;
    emitted_.emplace_back(channel, std::move(json));
    return pressure;
  }
  void done(runtime::NodeOutcome outcome) override {
    const std::lock_guard lock(mutex_);
    if (outcome_) ++after_done_;
    outcome_ = std::move(outcome);
    changed_.notify_all();
  }

  // The outcome; nullopt when none came in time.
  std::optional<runtime::NodeOutcome> wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [this] { return outcome_.has_value(); });
    return outcome_;
  }
  bool is_done() {
    const std::lock_guard lock(mutex_);
    return outcome_.has_value();
  }
  std::vector<std::pair<Channel, std::string>> emitted() {
    const std::lock_guard lock(mutex_);
    return emitted_;
  }
  int calls_after_done() {
    const std::lock_guard lock(mutex_);
    return after_done_;
  }

  Pressure pressure = Pressure::kNone;  // set before the task starts

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_
  std::vector<std::pair<Channel, std::string>> emitted_;
  std::optional<runtime::NodeOutcome> outcome_;
  int after_done_ = 0;
};

// The update's text, or a mark that says what came instead.
inline std::string update_of(const std::optional<runtime::NodeOutcome>& outcome) {
  if (!outcome) return "<never ended>";
  const auto* update = std::get_if<runtime::NodeUpdate>(&*outcome);
  if (update == nullptr) return "<no update>";
  return to_text(update->writes);
}

inline Error error_of(const std::optional<runtime::NodeOutcome>& outcome) {
  const auto* error = outcome ? std::get_if<Error>(&*outcome) : nullptr;
  return error == nullptr ? Error{ErrorCode::kUnknown, "<no error>", {}} : *error;
}

// One graph with the nodes "node" and "slow" (blocking) and everything needed to run them.
class Bench {
 public:
  explicit Bench(std::vector<Extension> extensions = {}, std::size_t max_update_bytes = 1U << 20U) {
    const auto json = parse_json(R"({"graph_id":"scripted","channels":[],"nodes":[{"name":"node"},
      {"name":"slow","blocking":true}],"edges":[["__start__","node"],["node","slow"],["slow","__end__"]]})");
    description_ = std::make_shared<const runtime::Graph>(*runtime::Graph::from_json(*json));
    host = *PluginHost::open("scripted", logger_, std::move(extensions));
    graph.start = [](agent_task* task, const agent_node_call*) { return complete(task, "{}"); };
    executor = std::make_shared<InProcessExecutor>(
        std::make_shared<const GraphInstance>(GraphInstance{host, &scripted_api(), &graph, description_}),
        ExecutorPools{pool, blocking}, max_update_bytes);
  }
  // Stops first what calls into the rest.
  ~Bench() {
    host->close();
    blocking.stop();
    pool.stop();
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  runtime::NodeCall call(std::string_view node = "node") const {
    runtime::NodeCall made;
    made.node = description_->find_node(node);
    made.state = make_blob(R"({"x":1})");
    made.config = make_blob(R"({"run_id":"r"})");
    made.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    return made;
  }
  std::shared_ptr<runtime::TaskHandle> start(std::shared_ptr<RecordingSink> sink,
                                             std::string_view node = "node") {
    return executor->start(call(node), std::move(sink));
  }

  PluginHost* host = nullptr;
  agent_graph graph;
  ThreadPool pool{"test", 2};
  ElasticPool blocking{"test-blocking", 4};
  std::shared_ptr<InProcessExecutor> executor;

 private:
  telemetry::Logger logger_{telemetry::Level::kOff};
  std::shared_ptr<const runtime::Graph> description_;
};

}  // namespace agenthost::plugins::test

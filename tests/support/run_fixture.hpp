// A test fixture for runs: graphs from text, nodes from lambdas.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "host/base/ids.hpp"
#include "host/runtime/run.hpp"
#include "tests/support/memory_checkpointer.hpp"
#include "tests/support/scripted_executor.hpp"

namespace agenthost::test {

using namespace agenthost::runtime;  // NOLINT(google-build-using-namespace): the fixture speaks of nothing
                                     // else

[[nodiscard]] inline Graph make_graph(const std::string& json) {
  const auto document = parse_json(json);
  auto graph = Graph::from_json(*document);
  EXPECT_TRUE(graph) << graph.error().text;
  return std::move(*graph);
}

// foo collects, answer is replaced; the edges come from the test.
[[nodiscard]] inline std::string describe(const std::string& nodes, const std::string& edges,
                                          const std::string& conditional = "[]") {
  return R"({"graph_id":"g","channels":[{"name":"foo","reducer":"append"},{"name":"answer"}],"nodes":)" +
         nodes + R"(,"edges":)" + edges + R"(,"conditional_edges":)" + conditional + "}";
}

inline const std::string kChain = describe(R"([{"name":"one"},{"name":"two"}])",
                                           R"([["__start__","one"],["one","two"],["two","__end__"]])");

// One run at a time against lambdas, with its events and what it saved.
class RunTest : public testing::Test {
 protected:
  RunSpec spec(const std::string& graph, RunInput input) {
    RunSpec result;
    result.run_id = new_uuid7();
    result.thread_id = new_uuid7();
    result.assistant_id = new_uuid7();
    result.graph = std::make_shared<const Graph>(make_graph(graph));
    result.executor = std::shared_ptr<NodeExecutor>(&nodes_, [](auto*) {});
    result.input = std::move(input);
    result.stream_modes = only(StreamMode::kValues) | only(StreamMode::kUpdates);
    return result;
  }

  std::shared_ptr<runtime::Run> launch(RunSpec spec) {
    events_ = std::make_shared<EventStream>(1000, 1U << 20U);
    seen_.clear();
    events_->subscribe(0, [this](const EventPtr& event) {
      seen_.push_back(event->name + (event->ns.empty() ? "" : "|" + event->ns) + " " + event->data);
    });
    ended_ = std::promise<RunResult>();
    auto run = runtime::Run::create(std::move(spec), limits_, pool_, timers_, &checkpointer_, events_,
                                    [this](RunResult result) {
                                      events_->let_go();
                                      ended_.set_value(std::move(result));
                                    });
    run->start();
    return run;
  }

  // What was posted before it ended (a second cancel) has begun, too: the end of the pool drops nothing.
  RunResult finish() {
    auto result = ended_.get_future().get();
    std::promise<void> begun;
    pool_.post([&] { begun.set_value(); });
    begun.get_future().get();
    return result;
  }

  RunResult play(RunSpec spec) {
    launch(std::move(spec));
    return finish();
  }

  // The events without the metadata event, whose ids are new each time.
  std::vector<std::string> events() const { return {seen_.begin() + 1, seen_.end()}; }

  static InputValues input(std::string json) { return {make_blob(std::move(json))}; }

  ThreadPool pool_{"test", 2};
  Timers timers_{pool_};
  MemoryCheckpointer checkpointer_{pool_};
  ScriptedExecutor nodes_;
  RunLimits limits_;
  std::shared_ptr<EventStream> events_;
  std::vector<std::string> seen_;
  std::promise<RunResult> ended_;
};

}  // namespace agenthost::test

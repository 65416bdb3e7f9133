// A plugin written on the SDK, entered as the host enters one: commands, Sends, tool events and the paths of
// subgraphs, from the author's line to what the loop is handed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agenthost/sdk/agent.hpp"
#include "host/plugins/loader.hpp"
#include "tests/unit/plugins/scripted_plugin.hpp"

namespace {

using agent::Context, agent::Json, agent::kEnd, agent::kStart, agent::State, agent::Update;

Update command(const State&, const Context&) {
  return Update{}.set("x", 1).go_to("input").go_to(agent::Send("input", {7, 8}));
}
Update show_input(const State&, const Context& ctx) {
  return Update{}.set("seen", ctx.input());
}
Update use_tool(const State&, const Context& ctx) {
  ctx.emit_tool({{"event", "on_tool_start"}, {"toolCallId", "c"}, {"name", "t"}, {"input", "{}"}});
  ctx.emit_tool({{"event", "on_tool_start"}});
  return {};
}
Update in_child(const State&, const Context& ctx) {
  return Update{}.set("x", ctx.node()).go_to("input").in_parent();
}
std::vector<agent::Target> onward(const State& state) {
  return {"input", agent::Send("input", state["x"])};
}

void describe(agent::Plugin& plugin) {
  const auto child = plugin.subgraph("child")
                         .channel("x")
                         .node("inner", in_child)
                         .edge(kStart, "inner")
                         .conditional("inner", "onward", onward);
  plugin.graph("flow")
      .channel("x")
      .channel("seen")
      .node("command", command)
      .node("input", show_input)
      .node("tool", use_tool)
      .node("child", child)
      .path({kStart, "command", "tool", "child", kEnd});
}

agent_status entry(const agent_entry_request* request, agent_entry_reply* reply) noexcept {
  return agent::detail::enter(request, reply, "flow", "1.0.0", describe);
}

}  // namespace

namespace agenthost::plugins {
namespace {

using test::RecordingSink;
using test::update_of;
using testing::ElementsAre;
using testing::Pair;

class Flow : public testing::Test {
 protected:
  Flow() {
    Manifest manifest;
    manifest.id = "flow";
    manifest.version = "1.0.0";
    manifest.library = "flow.so";
    manifest.graphs = {"flow"};
    auto loaded = enter_plugin(manifest, &entry, nullptr, "{}", {logger_, {pool_, pool_}, {}});
    EXPECT_TRUE(loaded) << loaded.error().text;
    plugin_ = std::move(*loaded);
    executor_ =
        std::make_unique<InProcessExecutor>(plugin_.graphs.at(0), ExecutorPools{pool_, pool_}, 1U << 20U);
  }
  ~Flow() override {
    task_.reset();
    executor_.reset();
    pool_.stop();
    EXPECT_TRUE(unload_plugin(std::move(plugin_)));
  }

  const runtime::Graph& graph() const { return *plugin_.graphs[0]->description; }
  const runtime::Graph& child() const { return *graph().find_node("child")->subgraph; }

  std::optional<runtime::NodeOutcome> run(const runtime::Node* node, const std::string& state = "{}") {
    runtime::NodeCall call;
    call.node = node;
    call.state = make_blob(state);
    call.config = make_blob("{}");
    call.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    task_ = executor_->start(std::move(call), sink_);
    return sink_->wait();
  }
  static std::string command_of(const std::optional<runtime::NodeOutcome>& outcome) {
    const auto* update = outcome ? std::get_if<runtime::NodeUpdate>(&*outcome) : nullptr;
    if (update == nullptr || update->command == nullptr) return "<no command>";
    EXPECT_TRUE(update->writes.empty()) << "a command carries its own update";
    return *update->command;
  }

  telemetry::Logger logger_{telemetry::Level::kOff};
  ThreadPool pool_{"test", 1};
  LoadedPlugin plugin_;
  std::unique_ptr<InProcessExecutor> executor_;
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
  std::shared_ptr<runtime::TaskHandle> task_;
};

TEST_F(Flow, ACommandArrivesWhole) {
  EXPECT_EQ(Json::parse(command_of(run(graph().find_node("command")))),
            Json::parse(R"({"update":{"x":1},"goto":["input",{"node":"input","input":[7,8]}]})"));
}

TEST_F(Flow, AnUpdateIsNoCommand) {
  const auto outcome = run(graph().find_node("input"));
  EXPECT_EQ(command_of(outcome), "<no command>");
  EXPECT_EQ(update_of(outcome), R"({"seen":{}})");
}

TEST_F(Flow, WhatASendCarriesIsTheNodesInput) {
  EXPECT_EQ(update_of(run(graph().find_node("input"), "[7,8]")), R"({"seen":[7,8]})");
}

TEST_F(Flow, ToolEventsGoToTheirChannelAndMustSayWhichCall) {
  EXPECT_EQ(update_of(run(graph().find_node("tool"))), "{}");
  EXPECT_THAT(sink_->emitted(),
              ElementsAre(Pair(runtime::TaskSink::Channel::kTools,
                               R"({"event":"on_tool_start","input":"{}","name":"t","toolCallId":"c"})")));
}

TEST_F(Flow, NodesInsideASubgraphAreFoundByTheirPath) {
  const auto* inner = child().find_node("inner");
  ASSERT_NE(inner, nullptr);
  EXPECT_EQ(inner->path, "child:inner");
  EXPECT_EQ(Json::parse(command_of(run(inner))),
            Json::parse(R"({"update":{"x":"inner"},"goto":["input"],"graph":"__parent__"})"));
}

TEST_F(Flow, EdgesInsideASubgraphToo) {
  const auto& edge = child().find_node("inner")->conditional_edges.at(0);
  std::string answer = "<undecided>";
  executor_->route(edge, make_blob(R"({"x":3})"),
                   [&](Result<JsonBlob> decided) { answer = decided ? **decided : decided.error().text; });
  EXPECT_EQ(Json::parse(answer), Json::parse(R"(["input",{"node":"input","input":3}])"));
}

}  // namespace
}  // namespace agenthost::plugins

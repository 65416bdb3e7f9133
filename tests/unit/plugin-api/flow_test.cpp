// Where a graph goes: commands, Sends, subgraphs, breakpoints, retries.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agenthost/sdk/agent.hpp"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Context;
using agent::Json;
using agent::kEnd;
using agent::kStart;
using agent::Plugin;
using agent::Reducer;
using agent::Send;
using agent::State;
using agent::Target;
using agent::Task;
using agent::Update;
using agent::testing::Host;
using agent::testing::Outcome;

Update nothing(const State&) {
  return {};
}

// ---- Commands and Sends ----

Outcome run_node(std::function<Update(const State&, const Context&)> node,
                 const Json& state = Json::object()) {
  return Host([node](Plugin& plugin) { plugin.graph("g").node("n", node).edge(kStart, "n"); })
      .run("g", "n", state);
}

TEST(Command, CarriesTheUpdateAndWhereToGo) {
  const Outcome outcome = run_node([](const State&, const Context&) {
    return Update{}.set("x", 1).go_to("a").go_to(Send("b", {{"deep", {1, 2}}})).go_to(kEnd);
  });
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update, (Json{{"x", 1}}));
  EXPECT_EQ(outcome.go_to, Json::parse(R"(["a",{"node":"b","input":{"deep":[1,2]}},"__end__"])"));
  EXPECT_FALSE(outcome.is_for_parent);
}

TEST(Command, MayBeForTheGraphAround) {
  const Outcome outcome =
      run_node([](const State&, const Context&) { return Update{}.set("x", 1).go_to("a").in_parent(); });
  EXPECT_TRUE(outcome.is_for_parent);
  EXPECT_EQ(outcome.go_to, Json::array({"a"}));
  Update only_writes;
  only_writes.set("x", 1).in_parent();
  EXPECT_EQ(only_writes.command(), Json::parse(R"({"update":{"x":1},"goto":[],"graph":"__parent__"})"));
}

TEST(Command, APlainUpdateIsNone) {
  EXPECT_TRUE(Update{}.set("x", 1).command().is_null());
}

TEST(Command, ComesFromCoroutinesToo) {
  Host host([](Plugin& plugin) {
    plugin.graph("g").edge(kStart, "n").node("n", [](State, Context ctx) -> Task<Update> {
      co_await ctx.sleep(std::chrono::seconds(1));
      co_return Update{}.go_to("elsewhere");
    });
  });
  EXPECT_EQ(host.run("g", "n", Json::object()).go_to, Json::array({"elsewhere"}));
}

TEST(Send, GivesTheNodeWhateverItCarries) {
  const auto node = [](const State& state, const Context& ctx) {
    return Update{}.set("seen", ctx.input()).set("has", state.has("messages"));
  };
  for (const Json& carried : {Json("text"), Json(3), Json::array({1}), Json(), Json{{"messages", 1}}}) {
    const Outcome outcome = run_node(node, carried);
    ASSERT_TRUE(outcome.ok()) << outcome.error_text;
    EXPECT_EQ(outcome.update["seen"], carried);
    EXPECT_EQ(outcome.update["has"], carried.is_object());
  }
}

TEST(Router, MayAnswerWithNamesSendsAndBoth) {
  Host host([](Plugin& plugin) {
    plugin.graph("g")
        .node("a", nothing)
        .edge(kStart, "a")
        .conditional("a", "literal", [](const State&) { return "a"; })
        .conditional("a", "send", [](const State& s) { return Send("a", s["x"]); })
        .conditional("a", "sends",
                     [](const State& s) {
                       return std::vector<Send>{{"a", s["x"]}, {"a", nullptr}};
                     })
        .conditional("a", "target", [](const State&) { return Target(kEnd); })
        .conditional("a", "mixed", [](const State&) {
          return std::vector<Target>{"a", Send("a", {1})};
        });
  });
  const Json state{{"x", "carried"}};
  EXPECT_EQ(host.route("g", "literal", state), Json::parse(R"(["a"])"));
  EXPECT_EQ(host.route("g", "send", state), Json::parse(R"([{"node":"a","input":"carried"}])"));
  EXPECT_EQ(host.route("g", "sends", state),
            Json::parse(R"([{"node":"a","input":"carried"},{"node":"a","input":null}])"));
  EXPECT_EQ(host.route("g", "target", state), Json::parse(R"(["__end__"])"));
  EXPECT_EQ(host.route("g", "mixed", state), Json::parse(R"(["a",{"node":"a","input":[1]}])"));
}

// ---- Subgraphs ----

struct Prefix {
  explicit Prefix(const Json& config) : text(config.value("prefix", "none")) {}
  Update say(const State&, const Context& ctx) const { return Update{}.set("said", text + ctx.node()); }
  std::string onward(const State&) const { return text; }
  std::string text;
};

void build_nested(Plugin& plugin) {
  const auto inner = plugin.subgraph<Prefix>("inner")
                         .channel("said")
                         .node("deep", &Prefix::say)
                         .edge(kStart, "deep")
                         .conditional("deep", "onward", &Prefix::onward)
                         .interrupt_before({"deep"});
  const auto middle =
      plugin.subgraph("middle").channel("said").node("inside", inner).path({kStart, "inside", kEnd});
  plugin.graph("root")
      .channel("said")
      .node("first", nothing)
      .node("sub", middle)
      .path({kStart, "first", "sub", kEnd});
}

TEST(Subgraph, IsDescribedInsideItsNode) {
  const Json graphs = Host(build_nested).describe()["graphs"];
  ASSERT_EQ(graphs.size(), 1U) << "a subgraph is not served itself";
  const Json& nodes = graphs[0]["nodes"];
  EXPECT_EQ(nodes[0], Json::parse(R"({"name":"first","blocking":false})"));
  EXPECT_EQ(nodes[1]["name"], "sub");
  EXPECT_EQ(nodes[1]["subgraph"]["name"], "middle");
  EXPECT_EQ(nodes[1]["subgraph"]["nodes"][0]["subgraph"], Json::parse(R"({
    "name":"inner","channels":[{"name":"said","reducer":"last_value"}],
    "nodes":[{"name":"deep","blocking":false}],"edges":[["__start__","deep"]],
    "conditional_edges":[{"from":"deep","name":"onward","targets":[]}],"interrupt_before":["deep"]})"));
}

TEST(Subgraph, ItsNodesAndEdgesAreFoundByPathAndHaveItsInstance) {
  Host host(build_nested);
  host.set_plugin_config({{"prefix", "sub-"}});
  const Outcome outcome = host.run("root", "sub:inside:deep", Json::object());
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update["said"], "sub-deep");
  EXPECT_EQ(host.route("root", "sub:inside:onward", Json::object()), Json::array({"sub-"}));
}

TEST(Subgraph, APathThatLeadsNowhereFailsReadably) {
  Host host(build_nested);
  for (const char* path : {"deep", "sub:deep", "sub:inside:deep:deeper", "first:deep", "sub:", ":", "::"}) {
    EXPECT_EQ(host.run("root", path, Json::object()).error_text,
              "graph \"root\" has no node \"" + std::string(path) + "\"");
    EXPECT_THROW((void)host.route("root", path, Json::object()), agent::Error);
  }
  EXPECT_EQ(host.run("root", "sub", Json::object()).error_text,
            "graph \"root\" has no node \"sub\" to run: it is a subgraph");
}

std::string refusal(std::function<void(Plugin&)> build) {
  Host host(std::move(build));
  try {
    static_cast<void>(host.describe());
    return "accepted";
  } catch (const agent::Error& e) {
    return e.what();
  }
}

TEST(Subgraph, IsCheckedAsAGraphIs) {
  const std::string text = refusal([](Plugin& plugin) {
    const auto child = plugin.subgraph("child").node("a", nothing);
    plugin.graph("g").node("sub", child).node("again", child).edge(kStart, "sub");
  });
  const auto found = text.find("graph \"child\": nothing starts it");
  EXPECT_NE(found, std::string::npos) << text;
  EXPECT_EQ(text.find("graph \"child\"", found + 1), std::string::npos) << "said once\n" << text;
}

TEST(Subgraph, ThatContainsItselfIsRefused) {
  EXPECT_NE(refusal([](Plugin& plugin) {
              const auto one = plugin.subgraph("one").edge(kStart, "two");
              const auto two = plugin.subgraph("two").edge(kStart, "one").node("one", one);
              plugin.graph("g").node("one", one.node("two", two)).edge(kStart, "one");
            }).find("graph \"one\": contains itself"),
            std::string::npos);
}

// ---- What describe() says about stopping and retrying ----

TEST(Breakpoints, AreDescribedAndMustNameNodes) {
  Host host([](Plugin& plugin) {
    plugin.graph("g").node("a", nothing).edge(kStart, "a").interrupt_before({"a"}).interrupt_after({"a"});
  });
  const Json graph = host.describe()["graphs"][0];
  EXPECT_EQ(graph["interrupt_before"], Json::array({"a"}));
  EXPECT_EQ(graph["interrupt_after"], Json::array({"a"}));
  const std::string text = refusal([](Plugin& plugin) {
    plugin.graph("g").node("a", nothing).edge(kStart, "a").interrupt_before({"b"}).interrupt_after({kEnd});
  });
  EXPECT_NE(text.find("interrupt_before names \"b\""), std::string::npos) << text;
  EXPECT_NE(text.find("interrupt_after names \"__end__\""), std::string::npos) << text;
}

TEST(Retry, IsDescribed) {
  Host host([](Plugin& plugin) {
    const agent::RetryPolicy stubborn{
        .max_attempts = 5, .initial = std::chrono::seconds(1), .backoff = 1.5, .on = {"ConnectionError"}};
    plugin.graph("g")
        .node("a", nothing, {.retry = agent::RetryPolicy{}})
        .node("b", nothing, {.retry = stubborn})
        .path({kStart, "a", "b"});
  });
  const Json nodes = host.describe()["graphs"][0]["nodes"];
  EXPECT_EQ(nodes[0]["retry"],
            Json::parse(R"({"max_attempts":3,"initial_ms":500,"backoff":2.0,"max_ms":128000})"));
  EXPECT_EQ(nodes[1]["retry"], Json::parse(R"({"max_attempts":5,"initial_ms":1000,"backoff":1.5,
                                               "max_ms":128000,"on":["ConnectionError"]})"));
}

TEST(Names, MustNotLookLikePaths) {
  const std::string text = refusal([](Plugin& plugin) {
    plugin.graph("g").node("a:b", nothing).edge(kStart, "a:b").conditional("a:b", "c|d", [](const State&) {
      return kEnd;
    });
  });
  EXPECT_NE(text.find("node \"a:b\": a name must not contain"), std::string::npos) << text;
  EXPECT_NE(text.find("conditional edge \"c|d\": a name must not contain"), std::string::npos) << text;
}

// ---- Tools and messages ----

TEST(Emit, ToolEventsHaveAChannelOfTheirOwn) {
  const Outcome outcome = run_node([](const State&, const Context& ctx) {
    ctx.emit_tool({{"event", "on_tool_start"}, {"toolCallId", "c1"}, {"name", "weather"}, {"input", "{}"}});
    ctx.emit({{"custom", 1}});
    return Update{};
  });
  ASSERT_EQ(outcome.tools.size(), 1U);
  EXPECT_EQ(outcome.tools[0]["toolCallId"], "c1");
  EXPECT_EQ(outcome.events.size(), 1U);
  EXPECT_TRUE(outcome.chunks.empty());
}

TEST(Messages, OfToolsAndTheirCalls) {
  const Json call = agent::tool_call("c1", "weather", {{"city", "SF"}});
  const Json asks = agent::ai_message("", "m1", {call});
  EXPECT_EQ(asks, Json::parse(R"({"type":"ai","content":"","id":"m1","tool_calls":[
    {"name":"weather","args":{"city":"SF"},"id":"c1","type":"tool_call"}]})"));
  EXPECT_EQ(agent::tool_calls_of(asks), Json::array({call}));
  EXPECT_EQ(agent::tool_message("60 F", "c1"),
            Json::parse(R"({"type":"tool","content":"60 F","tool_call_id":"c1"})"));
  EXPECT_EQ(agent::remove_message("m1"), Json::parse(R"({"type":"remove","id":"m1"})"));
  EXPECT_EQ(agent::remove_all_messages()["id"], "__remove_all__");
}

TEST(Messages, ReadingBearsAnything) {
  for (const Json& odd : {Json(), Json("x"), Json{{"type", 3}}, Json{{"type", "ai"}, {"tool_calls", "x"}},
                          Json{{"type", "human"}, {"tool_calls", {1}}}}) {
    EXPECT_EQ(agent::tool_calls_of(odd), Json::array());
    EXPECT_FALSE(agent::is_message(odd, "tool"));
  }
}

}  // namespace

// What describe() says, what the entry refuses, instances and routers.
#include "agenthost/sdk/graph.hpp"

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
using agent::State;
using agent::Task;
using agent::Update;
using agent::testing::Host;

Update nothing(const State&) {
  return {};
}

TEST(Describe, SaysEverythingInTheDocumentedShape) {
  Host host([](Plugin& plugin) {
    plugin.graph("full")
        .name("Full")
        .description("All of it.")
        .channel("messages", Reducer::kMessages)
        .channel("x")
        .channel("list", Reducer::kAppend, Json::array({1}))
        .channel("facts", Reducer::kMerge)
        .node("a", nothing, {.blocking = true, .timeout = std::chrono::seconds(60)})
        .node("b", nothing)
        .edge(kStart, "a")
        .conditional("a", "onward", [](const State&) { return std::string("b"); }, {"b", kEnd})
        .edge("b", kEnd)
        .input_schema({{"type", "object"}})
        .output_schema({{"type", "object"}})
        .state_schema({{"type", "object"}})
        .config_schema({{"type", "object"}})
        .context_schema({{"type", "object"}})
        .recursion_limit(7)
        .resumes_on_input();
  });
  EXPECT_EQ(host.describe(), Json::parse(R"({"abi":"1.0","plugin":"test","version":"0.0.0","graphs":[{
    "graph_id":"full","name":"Full","description":"All of it.","recursion_limit":7,"resumes_on_input":true,
    "channels":[{"name":"messages","reducer":"messages","initial":[]},{"name":"x","reducer":"last_value"},
                {"name":"list","reducer":"append","initial":[1]},{"name":"facts","reducer":"merge"}],
    "nodes":[{"name":"a","blocking":true,"timeout_ms":60000},{"name":"b","blocking":false}],
    "edges":[["__start__","a"],["b","__end__"]],
    "conditional_edges":[{"from":"a","name":"onward","targets":["b","__end__"]}],
    "input_schema":{"type":"object"},"output_schema":{"type":"object"},"state_schema":{"type":"object"},
    "config_schema":{"type":"object"},"context_schema":{"type":"object"}}]})"));
}

std::string refusal(std::function<void(Plugin&)> build) {
  Host host(std::move(build));
  try {
    static_cast<void>(host.describe());
    return "accepted";
  } catch (const agent::Error& e) {
    EXPECT_EQ(e.code(), agent::Code::kInvalid);
    return e.what();
  }
}

TEST(Entry, RefusesGraphsThatCannotRunAndSaysAllReasonsAtOnce) {
  const std::string text = refusal([](Plugin& plugin) {
    plugin.graph("bad")
        .channel("x")
        .channel("x")
        .node("a", nothing)
        .node("a", nothing)
        .node(kEnd, nothing)
        .edge("a", "nowhere")
        .edge("ghost", "a")
        .conditional("a", "r", [](const State&) { return std::string(); }, {"nirvana"});
  });
  for (const char* reason :
       {"channel \"x\" is there twice", "node \"a\" is there twice", "must not be named __start__ or __end__",
        "leads to \"nowhere\"", "leaves \"ghost\"", "leads to \"nirvana\"", "nothing starts it"}) {
    EXPECT_NE(text.find(reason), std::string::npos) << reason << " in\n" << text;
  }
  EXPECT_NE(refusal([](Plugin&) {}).find("has no graph"), std::string::npos);
  EXPECT_NE(refusal([](Plugin& p) {
              p.graph("g").node("n", nothing).edge(kStart, "n");
              p.graph("g").node("n", nothing).edge(kStart, "n");
            }).find("graph \"g\" is there twice"),
            std::string::npos);
}

TEST(Entry, KeepsExceptionsOfTheAuthorInside) {
  Host host([](Plugin&) { throw std::runtime_error("no data files"); });
  try {
    static_cast<void>(host.describe());
    FAIL() << "must be refused";
  } catch (const agent::Error& e) {
    EXPECT_NE(std::string(e.what()).find("no data files"), std::string::npos);
  }
}

agent_status enter(agent_entry_request request, std::uint32_t room) {
  agent_entry_reply reply{};
  reply.struct_size = room;
  const agent_status status = agent::detail::enter(&request, &reply, "p", "1", [](Plugin& plugin) {
    plugin.graph("g").node("n", nothing).edge(kStart, "n");
  });
  EXPECT_EQ(reply.plugin == nullptr, status != AGENT_OK);
  return status;
}

TEST(Entry, RefusesAnotherMajorAndAHostThatKnowsLess) {
  agent_host_api api{};
  api.get_extension = [](agent_host*, agent_str) noexcept -> const void* { return nullptr; };
  api.struct_size = AGENT_SIZE(agent_host_api, is_cancelled);
  const std::uint32_t room = AGENT_SIZE(agent_entry_reply, plugin);
  agent_entry_request request{AGENT_SIZE(agent_entry_request, host), AGENT_ABI_MAJOR, 0, 0, &api, nullptr};
  EXPECT_EQ(enter(request, room), AGENT_OK);
  EXPECT_EQ(enter(request, room + 64), AGENT_OK) << "a newer host has a longer reply";
  EXPECT_EQ(enter(request, room - 1), AGENT_UNSUPPORTED);
  request.abi_major = AGENT_ABI_MAJOR + 1;
  EXPECT_EQ(enter(request, room), AGENT_UNSUPPORTED);
  request.abi_major = AGENT_ABI_MAJOR;
  api.struct_size = AGENT_SIZE(agent_host_api, interrupt);
  EXPECT_EQ(enter(request, room), AGENT_UNSUPPORTED);
}

// ---- Instances ----

class Greeter {
 public:
  explicit Greeter(const Json& config) : greeting_(config.at("greeting").get<std::string>()) {}
  Task<Update> greet(State state, Context ctx) const {
    co_await ctx.sleep(std::chrono::seconds(1));
    co_return Update{}.set("said", greeting_ + " " + state.get<std::string>("name"));
  }
  Update plain(const State&, const Context&) { return Update{}.set("said", greeting_); }
  std::string where(const State& state) const { return state.has("said") ? kEnd : "greet"; }

 private:
  std::string greeting_;
};

void build_greeter(Plugin& plugin) {
  plugin.graph<Greeter>("g")
      .node("greet", &Greeter::greet)
      .node("plain", &Greeter::plain)
      .node("lambda", [](Greeter& greeter, State s, Context c) { return greeter.plain(s, c); })
      .edge(kStart, "greet")
      .conditional("greet", "where", &Greeter::where)
      .conditional("plain", "both",
                   [](const State&) {
                     return std::vector<std::string>{"greet", "lambda"};
                   })
      .conditional("lambda", "broken",
                   [](const State&) -> std::string { throw std::runtime_error("no idea"); });
}

TEST(Instance, IsMadeFromTheConfigAndSharedByItsNodes) {
  Host host(build_greeter);
  host.set_plugin_config({{"greeting", "hola"}});
  EXPECT_EQ(host.run("g", "greet", {{"name", "Ann"}}).update["said"], "hola Ann");
  EXPECT_EQ(host.run("g", "plain", Json::object()).update["said"], "hola");
  EXPECT_EQ(host.run("g", "lambda", Json::object()).update["said"], "hola");
}

TEST(Instance, ThatCannotBeMadeRefusesTheGraphWithItsReason) {
  Host host(build_greeter);
  EXPECT_THROW((void)host.run("g", "plain", Json::object()), agent::Error);
  EXPECT_THROW((void)host.run("unknown", "plain", Json::object()), agent::Error);
}

TEST(Instance, MayComeFromAFactory) {
  Host host([](Plugin& plugin) {
    plugin.graph("g")
        .instance([](const Json& config) { return std::make_unique<int>(config.value("n", 0)); })
        .node("n", [](int& instance, State, Context) { return Update{}.set("n", instance++); })
        .edge(kStart, "n");
  });
  host.set_plugin_config({{"n", 7}});
  EXPECT_EQ(host.run("g", "n", Json::object()).update["n"], 7);
  EXPECT_EQ(host.run("g", "n", Json::object()).update["n"], 8);
}

TEST(Router, GivesOneOrSeveralTargetsOrAReason) {
  Host host(build_greeter);
  host.set_plugin_config({{"greeting", "hola"}});
  EXPECT_EQ(host.route("g", "where", Json::object()), Json::array({"greet"}));
  EXPECT_EQ(host.route("g", "where", {{"said", "x"}}), Json::array({kEnd}));
  EXPECT_EQ(host.route("g", "both", Json::object()), Json::array({"greet", "lambda"}));
  const auto reason = [&](const char* edge) {
    try {
      static_cast<void>(host.route("g", edge, Json::object()));
      return std::string("accepted");
    } catch (const agent::Error& e) {
      return std::string(e.what());
    }
  };
  EXPECT_EQ(reason("broken"), "no idea");
  EXPECT_EQ(reason("unknown"), "graph \"g\" has no conditional edge \"unknown\"");
}

}  // namespace

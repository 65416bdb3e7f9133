// echo-cpp: the echo agent in C++, a chain that measures the loop, one that asks a human, one that remembers,
// one that asks another agent, one that calls the tools of another server, one that measures itself.
#include <agenthost/sdk/agent.hpp>
#include <iterator>
#include <sstream>
#include <string>

using agent::Context, agent::kEnd, agent::kStart, agent::Reducer, agent::State, agent::Task, agent::Update;

namespace {
Task<Update> echo(State state, Context ctx) {
  co_await ctx.sleep(std::chrono::milliseconds(state.get<unsigned>("delay_ms", 0)));
  for (unsigned i = 0; i < state.get<unsigned>("tokens", 0); ++i) {
    const auto pressure = ctx.emit({{"token", "tok" + std::to_string(i)}});
    if (pressure == agent::Pressure::kSlowDown) co_await ctx.sleep(std::chrono::milliseconds(1));
  }
  const std::string said = agent::text_of(state.last_message());
  co_return Update{}.message(agent::ai_message("echo: " + said, ctx.new_message_id()));
}

Update count(const State& state) {
  return Update{}.set("counter", state.get<int>("counter", 0) + 1);
}

Update ask(const State&, const Context& ctx) {
  return Update{}.set("answer", ctx.interrupt({{"question", "ok?"}})).set("foo", {"ask"});
}
// Counts, over all threads, how often it was told a name.
Task<Update> greet(State state, Context ctx) {
  const agent::Namespace met{"echo-cpp", "met"};
  const auto name = state.get<std::string>("name");
  agent::Json person = (co_await ctx.store().get(met, name)).value_or(agent::Json::object());
  person["times"] = person.value("times", 0) + 1;
  co_await ctx.store().put(met, name, person);
  const auto known = co_await ctx.store().search(met);
  // Somebody may have removed it meanwhile.
  co_return Update{}.set("times", person["times"]).set("last_met", known.empty() ? name : known.front().key);
}
// Lets another agent answer.
Task<Update> delegate(State state, Context ctx) {
  const agent::Json input{{"messages", {agent::human_message(state.get<std::string>("question"))}}};
  const agent::Json values = co_await ctx.subagents().run(state.get<std::string>("agent"), input);
  const agent::Json messages = values.value("messages", agent::Json::array());
  co_return Update{}.set("said", messages.empty() ? "" : agent::text_of(messages.back()));
}
// Lists the tools of a server and calls one of them.
Task<Update> use_tool(State state, Context ctx) {
  const agent::ToolServer server = ctx.tools(state.get<std::string>("server"));
  agent::Json names = agent::Json::array();
  const agent::Json tools = co_await server.list();
  for (const agent::Json& tool : tools) names.push_back(tool.value("name", ""));
  const agent::Json result = co_await server.call(state.get<std::string>("tool"), state["arguments"]);
  co_return Update{}.set("tools", names).set("result", result);
}
// Counts the words of a text, and keeps numbers and spans about doing so.
Update read(const State& state, const Context& ctx) {
  agent::Span span = ctx.span("count words");
  std::istringstream text(state.get<std::string>("text"));
  const auto words = std::distance(std::istream_iterator<std::string>(text), {});
  span.set("words", words);
  const agent::Metrics metrics = ctx.metrics();
  metrics.counter("words_read_total", "Words read.", {{"graph", ctx.graph_id()}})
      .add(static_cast<double>(words));
  metrics.gauge("last_text_words", "Of the text that was read last.").set(static_cast<double>(words));
  metrics.histogram("text_words", "Of each text.", {}, {1, 10, 100}).observe(static_cast<double>(words));
  return Update{}.set("words", words).set("traceparent", span.traceparent());
}
}  // namespace

AGENT_PLUGIN("echo-cpp", "1.0.0", [](agent::Plugin& plugin) {
  plugin.graph("echo_cpp")
      .channel("messages", Reducer::kMessages)
      .channel("delay_ms")
      .channel("tokens")
      .node("echo", echo)
      .path({kStart, "echo", kEnd});
  plugin.graph("echo_chain")
      .channel("counter")
      .node("one", count)
      .node("two", count)
      .node("three", count)
      .path({kStart, "one", "two", "three", kEnd});
  plugin.graph("hitl")
      .channel("foo", Reducer::kAppend)
      .channel("answer")
      .node("one", [](const State&) { return Update{}.set("foo", {"one"}); })
      .node("ask", ask)
      .node("two", [](const State&) { return Update{}.set("foo", {"two"}); })
      .path({kStart, "one", "ask", "two", kEnd});
  plugin.graph("delegate")
      .input_schema({{"type", "object"},
                     {"properties", {{"agent", {{"type", "string"}}}, {"question", {{"type", "string"}}}}}})
      .channel("agent")
      .channel("question")
      .channel("said")
      .node("ask", delegate)
      .path({kStart, "ask", kEnd});
  plugin.graph("toolbox")
      .input_schema({{"type", "object"},
                     {"properties",
                      {{"server", {{"type", "string"}}},
                       {"tool", {{"type", "string"}}},
                       {"arguments", {{"type", "object"}}}}}})
      .channel("server")
      .channel("tool")
      .channel("arguments")
      .channel("tools")
      .channel("result")
      .node("use", use_tool)
      .path({kStart, "use", kEnd});
  plugin.graph("reader")
      .input_schema({{"type", "object"}, {"properties", {{"text", {{"type", "string"}}}}}})
      .channel("text")
      .channel("words")
      .channel("traceparent")
      .node("read", read)
      .path({kStart, "read", kEnd});
  plugin.graph("greeter")
      .input_schema({{"type", "object"}, {"properties", {{"name", {{"type", "string"}}}}}})
      .channel("name")
      .channel("times")
      .channel("last_met")
      .node("greet", greet)
      .path({kStart, "greet", kEnd});
})

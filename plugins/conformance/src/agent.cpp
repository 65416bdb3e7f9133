// agent: the loop most client tests run: agent -> tool -> agent, with interrupts, sleeps and the store on
// request.
#include <agenthost/sdk/agent.hpp>
#include <optional>
#include <string>

#include "graphs.hpp"
#include "schemas.hpp"

namespace conformance {
namespace {

using agent::Context, agent::Json, agent::kEnd, agent::kStart, agent::Reducer, agent::State, agent::Task,
    agent::Update;

bool is_truthy(const Json& value) {
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  if (value.is_number()) return value != 0;
  return !value.is_null() && value != false;
}

// sleep: seconds, or {steps, ms}, which reports each step.
Task<void> sleep_as_told(Json sleep, Context ctx) {
  if (sleep.is_number()) {
    co_await ctx.sleep(std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::duration<double>(sleep.get<double>())));
    co_return;
  }
  const State told(std::move(sleep));
  const auto steps = told.get<unsigned>("steps", 0);
  for (unsigned step = 0; step < steps; ++step) {
    ctx.emit({{"type", "sleep"}, {"step", step}});
    co_await ctx.sleep(std::chrono::milliseconds(told.get<unsigned>("ms", 0)));
  }
}

// A model that says "begin", and "end" once a tool has answered, a letter at a time.
Json model(const State& state, const Context& ctx) {
  const std::string reply = agent::is_message(state.last_message(), "tool") ? "end" : "begin";
  agent::MessageStream answer(ctx);
  for (const char letter : reply) answer.write(std::string(1, letter));
  return answer.message();
}

// What is kept between runs and threads: who the user is, and a value that a client put there.
Task<void> remember_user(Context ctx) {
  const agent::Namespace shared{"sharedState", "data"};
  Json user = Json::object();
  if (ctx.configurable().contains("user_id")) user["id"] = ctx.configurable()["user_id"];
  co_await ctx.store().put(shared, "user_id", user);
}

Task<Update> agent_node(State state, Context ctx) {
  if (is_truthy(state["interrupt"])) static_cast<void>(ctx.interrupt("i want to interrupt"));
  if (is_truthy(state["sleep"]) && agent::is_message(state.last_message(), "human"))
    co_await sleep_as_told(state["sleep"], ctx);
  const Json answer = model(state, ctx);
  if (!is_truthy(state["sharedStateFromStoreConfig"])) co_await remember_user(ctx);
  co_return Update{}.set("interrupt", false).message(answer);
}

Task<Update> tool_node(State state, Context ctx) {
  const agent::Namespace shared{"sharedState", "data"};
  const std::optional<Json> user = co_await ctx.store().get(shared, "user_id");
  Update update;
  update.set("sharedStateFromStoreConfig", user.value_or(nullptr));
  const Json& last = state.last_message();
  if (!last.is_null())
    update.message(agent::tool_message("tool_call__" + agent::text_of(last), "tool_call_id"));
  co_return update;
}

Task<Update> check_shared_state(State, Context ctx) {
  const agent::Namespace inputted{"inputtedState", "data"};
  const Json value = (co_await ctx.store().get(inputted, "my_key")).value_or(Json::object());
  if (!is_truthy(value.value("isTrue", Json()))) ctx.raise("Error", "Value is not true");
  co_return Update{};
}

std::string onward(const State& state) {
  const Json& messages = state["messages"];
  const std::string first = messages.empty() ? "" : agent::text_of(messages.front());
  if (first == "should_end") return kEnd;
  if (first == "___check_state_value") return "checkSharedState";
  return agent::text_of(state.last_message()) == "end" ? kEnd : "tool";
}

Json state_schema() {
  constexpr const char* kMessage = "BaseMessage<MessageStructure<MessageToolSet>,MessageType>";
  const Json message = {{"$ref", std::string("#/definitions/") + kMessage}};
  const Json text_or_null = {{"type", {"string", "null"}}};
  Json schema = object_schema({{"messages", list_schema(message)},
                               {"sharedStateValue", text_or_null},
                               {"keyOne", text_or_null},
                               {"keyTwo", text_or_null},
                               {"interrupt", type_schema("boolean")},
                               {"sleep", {{"type", {"number", "object", "null"}}}}});
  schema["definitions"][kMessage] = {
      {"description", "Base class for all types of messages in a conversation."},
      {"oneOf", Json::array({{{"$ref", "#/definitions/RemoveMessage"}}})}};
  schema["definitions"]["RemoveMessage"] = {
      {"type", "object"}, {"properties", {{"type", {{"const", "remove"}}}, {"id", type_schema("string")}}}};
  return schema;
}

Json input_schema() {
  Json schema = state_schema();
  schema["properties"]["sharedStateFromStoreConfig"] = {{"type", {"object", "null"}}};
  return schema;
}

}  // namespace

void add_agent(agent::Plugin& plugin) {
  const Json config = object_schema({{"model_name", type_schema("string")}});
  plugin.graph("agent")
      .channel("messages", Reducer::kMessages)
      .channel("sharedStateValue")
      .channel("keyOne")
      .channel("keyTwo")
      .channel("interrupt")
      .channel("sleep")
      .channel("sharedStateFromStoreConfig")
      .node("agent", agent_node)
      .node("tool", tool_node)
      .node("checkSharedState", check_shared_state)
      .edge(kStart, "agent")
      .edge("tool", "agent")
      .edge("checkSharedState", kEnd)
      .conditional("agent", "onward", onward, {"tool", "checkSharedState", kEnd})
      .state_schema(state_schema())
      .input_schema(input_schema())
      .output_schema(state_schema())
      .config_schema(config)
      .context_schema(config);
}

}  // namespace conformance

#include "host/routers/mcp_tools.hpp"

#include <set>

#include "host/base/json_schema.hpp"
#include "host/routers/configurable_headers.hpp"
#include "host/routers/projection.hpp"
#include "host/routers/replies.hpp"
#include "host/routers/run_replies.hpp"
#include "host/routers/waiting_reply.hpp"

namespace agenthost::routers {
namespace {

using models::Assistant;
using services::AssistantService;
using services::RunOutcome;

constexpr storage::Page kAll{1'000, 0};

storage::AssistantFilter oldest_first() {
  storage::AssistantFilter filter;
  filter.order = storage::Order::kAscending;
  return filter;
}

// What clients of the protocol can read: its type is an object.
std::string input_schema(const runtime::Graph& graph) {
  constexpr std::string_view kObject = R"({"type":"object"})";
  const auto& schema = graph.schemas().input;
  const auto parsed = parse_json(schema);
  if (!parsed || !parsed->IsObject()) return std::string(kObject);
  return string_member(*parsed, "type") == "object" ? schema : merge_objects(schema, kObject);
}

std::string tool_json(std::string_view name, const Assistant& assistant, const runtime::Graph& graph) {
  return "{\"name\":" + quote(name) + ",\"description\":" + quote(assistant.description.value_or("")) +
         ",\"inputSchema\":" + input_schema(graph) + "}";
}

// The same rule as in tools_json: a name means the oldest assistant that has it.
Result<Assistant> find_tool(AssistantService& assistants, const std::string& name) {
  auto filter = oldest_first();
  filter.name_contains = name;
  auto named = assistants.search(filter, kAll);
  if (!named) return fail(named.error());
  for (auto& assistant : named->rows) {
    if (assistant.name == name) return std::move(assistant);
  }
  return assistants.resolve(name);
}

std::string failure_json(std::string_view text) {
  return "{\"content\":[{\"type\":\"text\",\"text\":" + quote(text) + "}],\"isError\":true}";
}

Status check_arguments(const runtime::Graph& graph, const JsonValue& arguments) {
  const auto& schema = graph.schemas().input;
  if (schema == "null") return {};
  const auto rules = JsonSchema::parse(schema);
  if (!rules) return {};  // nothing that arguments could be held against
  auto good = rules->check(arguments);
  if (good) return {};
  return fail(ErrorCode::kInvalid,
              "The arguments do not fit the tool's inputSchema: the value " + good.error().text);
}

models::RunRequest run_of(const McpServices& services, const Request& request, const Assistant& assistant,
                          const JsonValue& arguments) {
  models::RunRequest asked;
  asked.assistant_id = assistant.assistant_id;
  asked.input = to_text(arguments);
  asked.config = with_headers(asked.config, request.headers, services.runs.configurable_headers);
  return asked;
}

void run_tool(const RunRouting& routing, models::RunRequest asked, const std::string& id,
              const ExchangePtr& exchange) {
  routing.runs.create_stateless(
      std::move(asked), services::Delivery::kWait,
      [routing, id, exchange](const Result<services::ActiveRunPtr>& created) {
        if (!created) {
          return exchange->respond(json_reply(rpc_result_json(id, failure_json(created.error().text))));
        }
        // Whoever called has the only use for the answer.
        const auto reply = WaitingReply::start(
            exchange, {}, routing.heartbeat,
            cancel_when_gone(routing.runs, (*created)->row.run_id, models::OnDisconnect::kCancel));
        routing.runs.when_ended(*created, [reply, id](const RunOutcome& outcome) {
          reply->finish(rpc_result_json(id, tool_result_json(outcome)));
        });
      });
}

}  // namespace

Result<std::string> tools_json(AssistantService& assistants) {
  const auto found = assistants.search(oldest_first(), kAll);
  if (!found) return fail(found.error());
  std::set<std::string_view> taken;
  std::vector<std::string> tools;
  for (const auto& assistant : found->rows) {
    const auto graph = assistants.graph_of(assistant).graph;
    if (!graph) continue;  // its plugin is not loaded
    const bool first = taken.insert(assistant.name).second;
    tools.push_back(tool_json(first ? assistant.name : assistant.assistant_id, assistant, *graph));
  }
  return "{\"tools\":" + json_array(tools) + "}";
}

void call_tool(const McpServices& services, const Request& request, const RpcMessage& call,
               const ExchangePtr& exchange) {
  static const JsonValue kNone(rapidjson::kObjectType);
  const auto refuse = [&](std::string text) {
    exchange->respond(rpc_error_reply(call.id, {RpcCode::kInvalidParams, std::move(text)}));
  };
  const std::string name(string_member(call.params(), "name"));
  if (name.empty()) return refuse("name: is required");
  const auto* given = find_member(call.params(), "arguments");
  if (given != nullptr && !given->IsObject()) return refuse("arguments: must be an object");
  const auto& arguments = given != nullptr ? *given : kNone;
  const auto assistant = find_tool(services.assistants, name);
  if (!assistant && assistant.error().code != ErrorCode::kNotFound)
    return exchange->respond(rpc_error_reply(call.id, rpc_problem(assistant.error())));
  const auto graph = assistant ? services.assistants.graph_of(*assistant).graph : nullptr;
  if (!graph) return refuse("Unknown tool: " + name);
  if (const auto good = check_arguments(*graph, arguments); !good)
    return exchange->respond(json_reply(rpc_result_json(call.id, failure_json(good.error().text))));
  run_tool(services.runs, run_of(services, request, *assistant, arguments), call.id, exchange);
}

std::string tool_result_json(const RunOutcome& outcome) {
  if (outcome.error) return failure_json(outcome.error->text);
  if (outcome.end == runtime::RunEnd::kCancelled) return failure_json("The run was cancelled.");
  if (outcome.end == runtime::RunEnd::kInterrupted) {
    const auto values = parse_json(outcome.values);
    const auto* asked = values ? find_member(*values, "__interrupt__") : nullptr;
    return failure_json(
        "The assistant stopped to ask a human, and a tool call has no way to answer: nothing is kept of it. "
        "Run the assistant on a thread to answer. It asked: " +
        (asked != nullptr ? to_text(*asked) : "[]"));
  }
  return "{\"content\":[{\"type\":\"text\",\"text\":" + quote(outcome.values) +
         "}],\"structuredContent\":" + outcome.values + ",\"isError\":false}";
}

}  // namespace agenthost::routers

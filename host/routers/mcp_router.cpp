#include "host/routers/mcp_router.hpp"

#include <algorithm>
#include <array>

#include "host/routers/replies.hpp"

namespace agenthost::routers {
namespace {

// What initialize agrees to, newest last.
constexpr std::array<std::string_view, 3> kVersions{"2024-11-05", "2025-03-26", "2025-06-18"};

bool is_spoken(std::string_view version) {
  return std::find(kVersions.begin(), kVersions.end(), version) != kVersions.end();
}

std::string initialize_json(const JsonValue& params, const std::string& version) {
  const auto asked = string_member(params, "protocolVersion");
  const auto agreed = is_spoken(asked) ? asked : kVersions.back();
  return "{\"protocolVersion\":" + quote(agreed) +
         R"(,"capabilities":{"tools":{"listChanged":false}},"serverInfo":{"name":"agenthost","version":)" +
         quote(version) + "}}";
}

void answer(const McpServices& services, const std::string& version, const Request& request,
            const RpcMessage& call, const ExchangePtr& exchange) {
  const auto succeed = [&](const std::string& result) {
    exchange->respond(json_reply(rpc_result_json(call.id, result)));
  };
  if (call.method == "initialize") return succeed(initialize_json(call.params(), version));
  if (call.method == "ping") return succeed("{}");
  if (call.method == "tools/call") return call_tool(services, request, call, exchange);
  if (call.method == "tools/list") {
    const auto tools = tools_json(services.assistants);
    return tools ? succeed(*tools) : exchange->respond(rpc_error_reply(call.id, rpc_problem(tools.error())));
  }
  exchange->respond(rpc_error_reply(call.id, {RpcCode::kMethodNotFound, "Method not found: " + call.method}));
}

Response bad_request(std::string text) {
  return json_reply(rpc_error_json("null", {RpcCode::kInvalidRequest, std::move(text)}), 400);
}

void post(const McpServices& services, const std::string& version, const Request& request,
          const ExchangePtr& exchange) {
  if (!accepts(request, "application/json") || !accepts(request, "text/event-stream")) {
    return exchange->respond(
        bad_request("the Accept header must name application/json and text/event-stream"));
  }
  const auto* spoken = request.header("mcp-protocol-version");
  if (spoken != nullptr && !is_spoken(*spoken))
    return exchange->respond(bad_request("MCP-Protocol-Version: " + *spoken + " is not spoken here"));
  const auto message = RpcMessage::read(request.body);
  if (!message) return exchange->respond(rpc_error_reply("null", message.error()));
  if (message->kind != RpcMessage::Kind::kRequest) return exchange->respond(empty_reply(202));
  answer(services, version, request, *message, exchange);
}

}  // namespace

void add_mcp_routes(RouteTable& routes, const McpServices& services, const std::string& version) {
  const auto add = [&](Method method, Affinity affinity, Operation operation, Handler handler) {
    operation.tag = "MCP";
    routes.add({method, "/mcp", affinity, std::move(operation), std::move(handler)});
  };
  add(Method::kPost, Affinity::kReader,
      {"mcp",
       "",
       "Speak the Model Context Protocol, one JSON-RPC message at a time: each assistant is a tool; 202 for "
       "notifications",
       "JsonRpcMessage",
       "JsonRpcReply",
       200,
       {},
       {},
       202,
       "JsonRpcProblem"},
      [services, version](const Request& request, const ExchangePtr& exchange) {
        post(services, version, request, exchange);
      });
  add(Method::kGet, Affinity::kInline,
      {"mcp_stream", "", "There is no stream of the server's own: always 405", "", "Problem", 405},
      [](const Request&, const ExchangePtr& exchange) {
        auto reply = json_reply(R"({"detail":"this server sends nothing of its own; POST a message"})", 405);
        reply.headers.emplace_back("Allow", "POST");
        exchange->respond(std::move(reply));
      });
  add(Method::kDelete, Affinity::kInline,
      {"mcp_end_session", "", "There are no sessions that could end: always 404", "", "Problem", 404},
      [](const Request&, const ExchangePtr& exchange) {
        exchange->respond(json_reply(R"({"detail":"there are no sessions here"})", 404));
      });
}

}  // namespace agenthost::routers

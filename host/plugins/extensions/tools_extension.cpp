// agent.tools/1 on McpClient: grants by plugin id, one reply for each request, JSON in and out.
#include "agenthost/ext/tools.h"

#include "host/base/json.hpp"
#include "host/plugins/extensions/abi_text.hpp"
#include "host/plugins/extensions/extensions.hpp"

namespace agenthost::extensions {
namespace {

struct ToolsInstance {
  outbound::McpClient& client;
  const ServiceGrants grants;
  const std::size_t max_request_bytes;
};

struct Request {
  std::string server, name;
  std::string arguments = "{}";
};

Result<Request> read_request(const ToolsInstance& tools, const std::string& plugin_id,
                             std::string_view text) {
  if (text.size() > tools.max_request_bytes) {
    return fail(ErrorCode::kExhausted, "the request is larger than " +
                                           std::to_string(tools.max_request_bytes) +
                                           " bytes (runtime.max_state_bytes); give it less");
  }
  const auto json = parse_json(text);
  if (!json) return fail(json.error());
  Request request{std::string(string_member(*json, "server")), std::string(string_member(*json, "name"))};
  if (request.server.empty()) return fail(ErrorCode::kInvalid, "the request must name a \"server\"");
  if (const auto* arguments = find_member(*json, "arguments")) {
    if (!arguments->IsObject()) return fail(ErrorCode::kInvalid, "\"arguments\" must be an object");
    request.arguments = to_text(*arguments);
  }
  if (may_name(tools.grants, plugin_id, request.server)) return request;
  return fail(ErrorCode::kDenied, "plugin \"" + plugin_id + "\" may not use server " + quote(request.server) +
                                      "; add it to plugins.tools." + plugin_id + " in agenthost.yaml");
}

// ask(client, McpCall, request) when the request is right.
template <class AskClient>
agent_status tools_request(agent_task* task, std::uint64_t token, agent_str text, AskClient ask) noexcept {
  const auto instance =
      std::static_pointer_cast<ToolsInstance>(plugins::extension_instance(task, AGENT_EXT_TOOLS));
  if (!instance) return AGENT_NOT_FOUND;
  const auto cancel = std::make_shared<outbound::CancelToken>();
  const auto call = plugins::begin_call(task, token, [cancel] { cancel->cancel(); });
  if (!call) return AGENT_NOT_FOUND;
  const auto request = read_request(*instance, call->plugin_id(), view(text));
  if (!request) {
    call->finish(status_of(request.error().code), "tools: " + request.error().text);
    return AGENT_OK;
  }
  ask(instance->client, outbound::McpCall{request->server, call->deadline(), cancel, answer_to(call)},
      *request);
  return AGENT_OK;
}

agent_status tools_list(agent_task* task, std::uint64_t token, agent_str text) noexcept {
  return tools_request(task, token, text,
                       [](outbound::McpClient& client, outbound::McpCall call, const Request&) {
                         client.list(std::move(call));
                       });
}

agent_status tools_call(agent_task* task, std::uint64_t token, agent_str text) noexcept {
  return tools_request(
      task, token, text, [](outbound::McpClient& client, outbound::McpCall call, const Request& request) {
        if (request.name.empty())
          return call.done(fail(ErrorCode::kInvalid, "tools: the request must name a tool (\"name\")"));
        client.call(std::move(call), request.name, request.arguments);
      });
}

constexpr agent_tools_api kToolsTable{AGENT_SIZE(agent_tools_api, call), 0, &tools_list, &tools_call};

}  // namespace

plugins::Extension make_tools_extension(outbound::McpClient& client, ServiceGrants grants,
                                        std::size_t max_request_bytes) {
  return {AGENT_EXT_TOOLS,
          &kToolsTable,
          std::make_shared<ToolsInstance>(ToolsInstance{client, std::move(grants), max_request_bytes}),
          {}};
}

}  // namespace agenthost::extensions

#include "host/routers/a2a_router.hpp"

#include <algorithm>
#include <array>

#include "host/routers/a2a_send.hpp"
#include "host/routers/a2a_tasks.hpp"
#include "host/routers/agent_card.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"

namespace agenthost::routers {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEvents = "text/event-stream";

void show_card(const A2aCallPtr& call) {
  call->succeed(agent_card_json(call->assistant, call->request));
}

// One method under its two names; the name that is used picks the words of the answer.
struct A2aMethod {
  std::string_view v0_3;  // empty: there was none
  std::string_view v1_0;
  std::string_view answers_with;
  void (*run)(const A2aCallPtr&);
};
constexpr std::array<A2aMethod, 6> kMethods{
    {{"message/send", "SendMessage", kJson, send_message},
     {"message/stream", "SendStreamingMessage", kEvents, stream_message},
     {"tasks/get", "GetTask", kJson, get_task},
     {"tasks/cancel", "CancelTask", kJson, cancel_task},
     {"", "ListTasks", kJson, list_tasks},
     {"agent/getAuthenticatedExtendedCard", "GetExtendedAgentCard", kJson, show_card}}};

void post(const A2aServices& services, const Request& request, const ExchangePtr& exchange) {
  auto assistant = services.assistants.resolve(request.path_param("assistant_id"));
  if (!assistant) return exchange->respond(error_reply(assistant.error()));
  auto message = RpcMessage::read(request.body);
  if (!message) return exchange->respond(rpc_error_reply("null", message.error()));
  const auto refuse = [&](RpcCode code, std::string text) {
    exchange->respond(rpc_error_reply(message->id, {code, std::move(text)}));
  };
  if (message->kind != RpcMessage::Kind::kRequest)
    return refuse(RpcCode::kInvalidRequest, "Invalid request: notifications and responses have no use here");
  const auto* const method = std::find_if(kMethods.begin(), kMethods.end(), [&](const A2aMethod& one) {
    return message->method == one.v0_3 || message->method == one.v1_0;
  });
  if (method == kMethods.end())
    return refuse(RpcCode::kMethodNotFound, "Method not found: " + message->method);
  if (!accepts(request, method->answers_with)) {
    return refuse(RpcCode::kInvalidRequest,
                  "the Accept header must name " + std::string(method->answers_with));
  }
  const auto& dialect = message->method == method->v0_3 ? A2aDialect::v0_3() : A2aDialect::v1_0();
  method->run(std::make_shared<const A2aCall>(
      A2aCall{services, request, std::move(*message), dialect, std::move(*assistant), exchange}));
}

void card(services::AssistantService& assistants, const Request& request, const ExchangePtr& exchange) {
  const auto query = Query::parse(request.query);
  if (!query) return exchange->respond(error_reply(query.error()));
  const auto id = query->text("assistant_id");
  if (!id) return exchange->respond(error_reply(Error{ErrorCode::kInvalid, "assistant_id: is required"}));
  const auto assistant = assistants.resolve(*id);
  exchange->respond(assistant ? json_reply(agent_card_json(*assistant, request))
                              : error_reply(assistant.error()));
}

}  // namespace

void add_a2a_routes(RouteTable& routes, const A2aServices& services) {
  routes.add({Method::kPost,
              "/a2a/{assistant_id}",
              Affinity::kReader,
              {"a2a",
               "A2A",
               "Speak Agent2Agent with an assistant, one JSON-RPC message at a time; message/stream and "
               "SendStreamingMessage answer with server-sent events",
               "JsonRpcRequest",
               "JsonRpcReply|sse:AgentEvent",
               200,
               {},
               {404},
               0,
               "JsonRpcProblem"},
              [services](const Request& request, const ExchangePtr& exchange) {
                post(services, request, exchange);
              }});
  routes.add({Method::kGet,
              "/.well-known/agent-card.json",
              Affinity::kReader,
              {"agent_card",
               "A2A",
               "The card of an assistant, for other agents",
               "",
               "AgentCard",
               200,
               {{"assistant_id", "string", "a UUID or a graph id", Place::kQuery, Need::kRequired}},
               {404}},
              [&assistants = services.assistants](const Request& request, const ExchangePtr& exchange) {
                card(assistants, request, exchange);
              }});
}

}  // namespace agenthost::routers

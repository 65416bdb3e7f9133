#include "host/outbound/mcp_exchange.hpp"

#include <utility>

#include "host/base/json.hpp"
#include "host/outbound/http_failure.hpp"

namespace agenthost::outbound {
namespace {

constexpr int kSessionUnknown = 404;

std::string body_of(const McpMessage& message) {
  const auto id = message.id == 0 ? "" : "\"id\":" + std::to_string(message.id) + ",";
  return R"({"jsonrpc":"2.0",)" + id + "\"method\":" + quote(message.method) +
         ",\"params\":" + message.params + "}";
}

HttpRequest request_of(const McpMessage& message, std::shared_ptr<const Endpoint> endpoint) {
  HttpRequest request;
  request.endpoint = std::move(endpoint);
  request.method = "POST";
  request.headers = {{"content-type", "application/json"}, {"accept", "application/json, text/event-stream"}};
  if (!message.session.version.empty())
    request.headers.emplace_back("mcp-protocol-version", message.session.version);
  if (!message.session.id.empty()) request.headers.emplace_back("mcp-session-id", message.session.id);
  request.body = body_of(message);
  request.deadline = message.deadline;
  request.cancel = message.cancel;
  return request;
}

bool is_event_stream(const HttpReply& reply) {
  return header_value(reply.headers, "content-type").find("text/event-stream") != std::string_view::npos;
}

ErrorCode code_of_rpc(int code) {
  switch (code) {
    case -32602:  // params: an unknown tool, too
    case -32600:  // request
    case -32700:  // JSON
      return ErrorCode::kInvalid;
    case -32601:
      return ErrorCode::kUnsupported;
    default:
      return ErrorCode::kUnavailable;
  }
}

Error rpc_error(const JsonValue& error) {
  const auto* code = find_member(error, "code");
  const int number = code != nullptr && code->IsInt() ? code->GetInt() : 0;
  return {code_of_rpc(number),
          excerpt(string_member(error, "message")) + " (error " + std::to_string(number) + ")"};
}

// What the server says about it in JSON-RPC, or the beginning of what it says at all.
Error http_error(const HttpReply& reply) {
  const auto json = parse_json(reply.body);
  const auto* error = json ? find_member(*json, "error") : nullptr;
  const auto text = error != nullptr ? rpc_error(*error).text : excerpt(reply.body);
  return {code_of_status(reply.status), "HTTP " + std::to_string(reply.status) + ": " + text};
}

}  // namespace

McpExchange::McpExchange(Executor& work, McpMessage message, Done done)
    : work_(work), message_(std::move(message)), done_(std::move(done)) {}

void McpExchange::start(HttpClient& http, Executor& work, std::shared_ptr<const Endpoint> endpoint,
                        McpMessage message, Done done) {
  auto request = request_of(message, std::move(endpoint));
  const std::shared_ptr<McpExchange> self(new McpExchange(work, std::move(message), std::move(done)));
  HttpEvents events;
  events.piece = [self](const HttpReply& head, std::string_view piece) { self->take_piece(head, piece); };
  // Why another thread: parsing a large answer must not hold up everybody's transfers.
  events.done = [self](Result<HttpReply> reply) {
    self->work_.post([self, reply = std::move(reply)]() mutable { self->settle(std::move(reply)); });
  };
  http.start(std::move(request), std::move(events));
}

void McpExchange::take_piece(const HttpReply& head, std::string_view piece) {
  if (!done_ || !parsed_ || !is_event_stream(head)) return;
  parsed_ = parser_.feed(piece, [&](const SseEvent& event) { take_text(head, event.data); });
}

// Events that are no response (progress, log lines, questions of the server's own) are passed over.
void McpExchange::take_text(const HttpReply& head, std::string_view text) {
  const auto json = parse_json(text);
  if (!json || !done_) return;
  const auto* id = find_member(*json, "id");
  if (id == nullptr || !id->IsUint64() || id->GetUint64() != message_.id) return;
  if (const auto* error = find_member(*json, "error")) return finish(head, fail(rpc_error(*error)));
  if (const auto* result = find_member(*json, "result")) finish(head, to_text(*result));
}

void McpExchange::settle(Result<HttpReply> reply) {
  if (!done_) return;
  if (!reply) return finish({}, fail(reply.error()));
  if (!is_success(reply->status)) return finish(*reply, fail(http_error(*reply)));
  if (message_.id == 0) return finish(*reply, std::string("null"));
  if (!is_event_stream(*reply)) {
    take_text(*reply, reply->body);
  } else if (parsed_) {
    parser_.end([&](const SseEvent& event) { take_text(*reply, event.data); });
  }
  if (!done_) return;
  if (!parsed_) return finish(*reply, fail(parsed_.error()));
  finish(*reply, fail(ErrorCode::kUnavailable,
                      "its answer holds no response to " + message_.method + ": " + excerpt(reply->body)));
}

void McpExchange::finish(const HttpReply& head, Result<std::string> result) {
  const auto done = std::exchange(done_, nullptr);
  const bool lost = head.status == kSessionUnknown && !message_.session.id.empty();
  done({std::move(result), std::string(header_value(head.headers, "mcp-session-id")), lost});
}

}  // namespace agenthost::outbound

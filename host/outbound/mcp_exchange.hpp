// McpExchange: one JSON-RPC message posted to an MCP server, and its answer, as JSON or among server-sent
// events. Private to McpServer.
//
// Touched by one thread at a time: who starts it, the HTTP thread while the answer comes, the executor's job
// that reads it whole.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "host/base/executor.hpp"
#include "host/outbound/http_client.hpp"
#include "host/outbound/sse_parser.hpp"

namespace agenthost::outbound {

// What initialize agreed on. Both empty: not yet.
struct McpSession {
  std::string id;  // empty: the server keeps none
  std::string version;
};

struct McpMessage {
  std::uint64_t id = 0;  // 0: a notification, whose answer is the text "null"
  std::string method;
  std::string params = "{}";  // JSON object text
  McpSession session;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  CancelTokenPtr cancel;
};

struct McpAnswer {
  Result<std::string> result;  // JSON text
  std::string session_id;      // as the server's header has it
  bool session_lost = false;   // the server knows no session of that id
};

class McpExchange {
 public:
  using Done = std::function<void(McpAnswer)>;

  // done comes exactly once. http and work outlive it.
  static void start(HttpClient& http, Executor& work, std::shared_ptr<const Endpoint> endpoint,
                    McpMessage message, Done done);

 private:
  McpExchange(Executor& work, McpMessage message, Done done);

  void take_piece(const HttpReply& head, std::string_view piece);
  // Ends it when this is the response to the message.
  void take_text(const HttpReply& head, std::string_view text);
  void settle(Result<HttpReply> reply);
  void finish(const HttpReply& head, Result<std::string> result);

  Executor& work_;
  const McpMessage message_;
  Done done_;  // empty: was called
  SseParser parser_;
  Status parsed_;
};

}  // namespace agenthost::outbound

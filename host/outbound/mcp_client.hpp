// McpClient: the tools of servers that speak the Model Context Protocol over Streamable HTTP, as the operator
// configured them (tools.servers).
//
// Stands on HttpClient (credentials, rate limits, time-outs, cassettes, cancellation). One session per server
// serves every caller: it is opened with the first call, and opened anew, once per call, when the server has
// forgotten it. A call of a tool is never repeated otherwise. Nothing waits; `done` comes exactly once, on
// any thread. Texts name the server and never a key. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "host/base/error.hpp"
#include "host/base/executor.hpp"
#include "host/outbound/cancel_token.hpp"
#include "host/outbound/http_client.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::outbound {

class McpServer;

struct McpCall {
  std::string server;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  // Optional. Cancelling closes the request and tells the server.
  CancelTokenPtr cancel;
  // JSON text of the protocol's result.
  std::function<void(Result<std::string>)> done;
};

class McpClient {
 public:
  // http and work outlive the client and its calls. kInvalid with the key to correct.
  [[nodiscard]] static Result<std::unique_ptr<McpClient>> open(
      HttpClient& http, Executor& work, const std::map<std::string, settings::Service>& servers);
  ~McpClient();
  McpClient(const McpClient&) = delete;
  McpClient& operator=(const McpClient&) = delete;

  // {"tools":[...]}, all pages of it.
  void list(McpCall call);
  // arguments: a JSON object text. The result may say isError: the tool's own failure is an answer.
  void call(McpCall call, std::string_view tool, std::string_view arguments);

 private:
  struct Configured {
    // Null: off. Shared because: what is under way keeps its server.
    std::shared_ptr<McpServer> server;
    std::string why_off;
  };

  McpClient();
  // Null: done has been told why.
  [[nodiscard]] std::shared_ptr<McpServer> find(const McpCall& call) const;

  std::map<std::string, Configured, std::less<>> servers_;  // constant after open
};

}  // namespace agenthost::outbound

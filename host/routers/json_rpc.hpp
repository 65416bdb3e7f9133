// JsonRpc: the envelope of JSON-RPC 2.0, one message per HTTP request, as MCP and A2A use it. Immutable
// values; thread-safe functions.
#pragma once

#include <string>
#include <string_view>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/routers/http.hpp"

namespace agenthost::routers {

// The codes of the standard, and A2A's own.
enum class RpcCode {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kTaskNotFound = -32001,
  kTaskNotCancelable = -32002,
  kUnsupportedOperation = -32004,
  kContentTypeNotSupported = -32005,
};

struct RpcProblem {
  RpcCode code = RpcCode::kInternalError;
  std::string text;
};
template <class T>
using RpcResult = tl::expected<T, RpcProblem>;

[[nodiscard]] inline tl::unexpected<RpcProblem> rpc_fail(RpcCode code, std::string text) {
  return tl::unexpected<RpcProblem>(RpcProblem{code, std::move(text)});
}
// For an error of a service; texts of internal ones stay in the log.
[[nodiscard]] RpcProblem rpc_problem(const Error& error);

struct RpcMessage {
  enum class Kind { kRequest, kNotification, kResponse };

  Kind kind = Kind::kRequest;
  std::string id = "null";  // JSON text
  std::string method;
  JsonDocument message;  // all of it

  // kParseError, or kInvalidRequest: no object (batches are none), no "jsonrpc":"2.0", no method.
  [[nodiscard]] static RpcResult<RpcMessage> read(std::string_view text);
  // {} when there are none.
  [[nodiscard]] const JsonValue& params() const;
};

[[nodiscard]] std::string rpc_result_json(std::string_view id, std::string_view result);
[[nodiscard]] std::string rpc_error_json(std::string_view id, const RpcProblem& problem);

// 400 for what is no message at all, else 200.
[[nodiscard]] Response rpc_error_reply(std::string_view id, const RpcProblem& problem);

// Whether the Accept header names the media type; "*/*" names none, since both protocols want it spelled out.
[[nodiscard]] bool accepts(const Request& request, std::string_view media_type);

}  // namespace agenthost::routers

#include "host/routers/json_rpc.hpp"

#include "host/routers/replies.hpp"

namespace agenthost::routers {
namespace {

// An id is a text or a number; whatever else is sent in its place is nobody's id.
std::string id_text(const JsonValue& message) {
  const auto* id = find_member(message, "id");
  return id != nullptr && (id->IsString() || id->IsNumber()) ? to_text(*id) : std::string("null");
}

bool is_response(const JsonValue& message) {
  return message.HasMember("result") || message.HasMember("error");
}

}  // namespace

RpcProblem rpc_problem(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kNotFound:
      return {RpcCode::kInvalidParams, error.text};
    case ErrorCode::kConflict:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kUnsupported:
      return {RpcCode::kUnsupportedOperation, error.text};
    case ErrorCode::kInternal:
    case ErrorCode::kUnknown:
      return {RpcCode::kInternalError, "Internal error"};
    default:
      return {RpcCode::kInternalError, error.text};
  }
}

RpcResult<RpcMessage> RpcMessage::read(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed) return rpc_fail(RpcCode::kParseError, "Parse error: " + parsed.error().text);
  if (!parsed->IsObject()) {
    return rpc_fail(RpcCode::kInvalidRequest, parsed->IsArray() ? "Invalid request: batches are not supported"
                                                                : "Invalid request: must be a JSON object");
  }
  if (string_member(*parsed, "jsonrpc") != "2.0")
    return rpc_fail(RpcCode::kInvalidRequest, R"(Invalid request: "jsonrpc" must be "2.0")");
  RpcMessage message;
  message.id = id_text(*parsed);
  message.method = string_member(*parsed, "method");
  if (message.method.empty()) {
    if (!is_response(*parsed))
      return rpc_fail(RpcCode::kInvalidRequest, R"(Invalid request: "method" is required)");
    message.kind = Kind::kResponse;
  } else if (!parsed->HasMember("id")) {
    message.kind = Kind::kNotification;
  } else if (message.id == "null") {
    return rpc_fail(RpcCode::kInvalidRequest, R"(Invalid request: "id" must be a text or a number)");
  }
  if (const auto* params = find_member(*parsed, "params"); params != nullptr && !params->IsObject())
    return rpc_fail(RpcCode::kInvalidRequest, R"(Invalid request: "params" must be an object)");
  message.message = std::move(*parsed);
  return message;
}

const JsonValue& RpcMessage::params() const {
  static const JsonValue kNone(rapidjson::kObjectType);
  const auto* params = find_member(message, "params");
  return params != nullptr ? *params : kNone;
}

std::string rpc_result_json(std::string_view id, std::string_view result) {
  std::string json;
  json.reserve(id.size() + result.size() + 40);
  return json.append(R"({"jsonrpc":"2.0","id":)").append(id).append(R"(,"result":)").append(result) + "}";
}

std::string rpc_error_json(std::string_view id, const RpcProblem& problem) {
  return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"error":{"code":)" +
         std::to_string(static_cast<int>(problem.code)) + R"(,"message":)" + quote(problem.text) + "}}";
}

Response rpc_error_reply(std::string_view id, const RpcProblem& problem) {
  const bool no_message = problem.code == RpcCode::kParseError || problem.code == RpcCode::kInvalidRequest;
  return json_reply(rpc_error_json(id, problem), no_message ? 400 : 200);
}

bool accepts(const Request& request, std::string_view media_type) {
  for (const auto& [name, value] : request.headers) {
    if (name == "accept" && value.find(media_type) != std::string::npos) return true;
  }
  return false;
}

}  // namespace agenthost::routers

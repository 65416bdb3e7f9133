#include "host/routers/protocol_call.hpp"

namespace agenthost::routers {
namespace {

std::string error_json(const std::string& id, std::string_view code, std::string_view message) {
  return "{\"type\":\"error\",\"id\":" + id + ",\"error\":\"" + std::string(code) +
         "\",\"message\":" + quote(message) + "}";
}

void refuse_envelope(const Replied& replied, const std::string& message) {
  replied({error_json("null", "invalid_argument", message), 400, message});
}

std::string_view code_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kConflict:
    case ErrorCode::kNotFound:
      return "invalid_argument";
    case ErrorCode::kUnsupported:
      return "not_supported";
    case ErrorCode::kDenied:
      return "permission_denied";
    default:
      return "unknown_error";
  }
}

}  // namespace

ProtocolCallPtr ProtocolCall::read(std::string thread_id, std::string_view text, Replied replied) {
  auto command = parse_json(text);
  if (!command) {
    refuse_envelope(replied, "Protocol commands must be valid JSON: " + command.error().text);
    return nullptr;
  }
  const auto* id = find_member(*command, "id");
  const auto method = string_member(*command, "method");
  if (id == nullptr || !id->IsUint64() || method.empty()) {
    refuse_envelope(replied, "Protocol commands must include an integer id and string method.");
    return nullptr;
  }
  const auto* params = find_member(*command, "params");
  if (params != nullptr && !params->IsObject()) {
    refuse_envelope(replied, "params: must be a JSON object");
    return nullptr;
  }
  auto call = std::make_shared<ProtocolCall>();
  call->thread_id = std::move(thread_id);
  call->id = id->GetUint64();
  call->method = method;
  call->command = std::move(*command);
  call->replied = std::move(replied);
  return call;
}

const JsonValue& ProtocolCall::params() const {
  static const JsonValue kNone(rapidjson::kObjectType);
  const auto* params = find_member(command, "params");
  return params != nullptr ? *params : kNone;
}

void ProtocolCall::succeed(std::string_view result, std::uint64_t applied_through_seq) const {
  replied({"{\"type\":\"success\",\"id\":" + std::to_string(id) + ",\"result\":" + std::string(result) +
           ",\"meta\":{\"thread_id\":\"" + thread_id +
           "\",\"applied_through_seq\":" + std::to_string(applied_through_seq) + "}}"});
}

void ProtocolCall::refuse(std::string_view code, std::string_view message, int http_status) const {
  replied({error_json(std::to_string(id), code, message), http_status, std::string(message)});
}

void ProtocolCall::refuse(const Error& error) const {
  const bool ours = error.code == ErrorCode::kInternal || error.code == ErrorCode::kUnknown;
  refuse(code_for(error.code), ours ? "Internal Server Error" : error.text,
         error.code == ErrorCode::kNotFound ? 404 : 200);
}

}  // namespace agenthost::routers

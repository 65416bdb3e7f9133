#include "host/routers/replies.hpp"

#include "host/base/ids.hpp"

namespace agenthost::routers {
namespace {

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return 422;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kDenied:
      return 403;
    case ErrorCode::kExhausted:
      return 429;
    case ErrorCode::kUnsupported:
      return 501;
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kDeadline:
      return 504;
    case ErrorCode::kCancelled:
    case ErrorCode::kUnknown:
    case ErrorCode::kInternal:
      break;
  }
  return 500;
}

}  // namespace

Response json_reply(std::string body, int status) {
  return {status, "application/json", std::move(body), {}};
}

Response empty_reply(int status) {
  return {status, "", "", {}};
}

Response error_reply(const Error& error) {
  const int status = status_of(error.code);
  const auto& text = status == 500 ? std::string("Internal Server Error") : error.text;
  auto reply = json_reply("{\"detail\":" + quote(text) + "}", status);
  if (status == 429 || status == 503) reply.headers.emplace_back("Retry-After", "1");
  return reply;
}

Result<JsonDocument> read_body(const Request& request) {
  return parse_json(request.body.empty() ? std::string_view("{}") : std::string_view(request.body));
}

Response malformed_reply(const Error& error) {
  return json_reply("{\"detail\":" + quote("Malformed JSON in request body: " + error.text) + "}", 400);
}

Result<std::string> uuid_param(const Request& request, std::string_view name) {
  std::string value(request.path_param(name));
  if (!is_uuid(value)) return fail(ErrorCode::kInvalid, std::string(name) + ": must be a UUID");
  return value;
}

Headers page_headers(int total, int offset, std::size_t returned) {
  Headers headers{{"X-Pagination-Total", std::to_string(total)}};
  const auto next = static_cast<long>(offset) + static_cast<long>(returned);
  if (next < total) headers.emplace_back("X-Pagination-Next", std::to_string(next));
  return headers;
}

}  // namespace agenthost::routers

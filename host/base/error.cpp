#include "host/base/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace agenthost {

std::string error_kind(const Error& error) {
  if (!error.kind.empty()) return error.kind;
  switch (error.code) {
    case ErrorCode::kCancelled:
      return "CancelledError";
    case ErrorCode::kInvalid:
      return "InvalidError";
    case ErrorCode::kDeadline:
      return "TimeoutError";
    case ErrorCode::kNotFound:
      return "NotFoundError";
    case ErrorCode::kAlreadyExists:
      return "AlreadyExistsError";
    case ErrorCode::kDenied:
      return "PermissionError";
    case ErrorCode::kExhausted:
      return "LimitError";
    case ErrorCode::kConflict:
      return "ConflictError";
    case ErrorCode::kUnsupported:
      return "UnsupportedError";
    case ErrorCode::kInternal:
      return "InternalError";
    case ErrorCode::kUnavailable:
      return "UnavailableError";
    case ErrorCode::kUnknown:
      break;
  }
  return "Error";
}

void check_failed(const char* file, int line, const char* condition, std::string_view text) {
  std::fprintf(stderr, "%s:%d: check failed: %s: %.*s\n", file, line, condition,
               static_cast<int>(text.size()), text.data());
  std::abort();
}

}  // namespace agenthost

// Error and Result: failure is a value.
//
// Every fallible function returns Result<T>. The codes are gRPC's, the same list the plugin ABI uses, so an
// error keeps its meaning from a plugin to the HTTP status. `text` says what, where and what to do, for a
// person. `kind` is the class name clients see ("GraphRecursionError"); empty = derived from the code.
// Immutable values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace agenthost {

enum class ErrorCode : std::int32_t {
  kCancelled = 1,
  kUnknown = 2,
  kInvalid = 3,
  kDeadline = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kDenied = 7,
  kExhausted = 8,
  kConflict = 9,
  kUnsupported = 12,
  kInternal = 13,
  kUnavailable = 14,
};

struct Error {
  ErrorCode code = ErrorCode::kUnknown;
  std::string text;
  std::string kind = {};
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, std::string text, std::string kind = {}) {
  return tl::unexpected<Error>(Error{code, std::move(text), std::move(kind)});
}
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

// The class name a client sees: error.kind, or a name for the code ("InvalidError").
[[nodiscard]] std::string error_kind(const Error& error);

// Ends the process with file, line and text: for broken beliefs about our own code, never for input.
[[noreturn]] void check_failed(const char* file, int line, const char* condition, std::string_view text);

#define AGENTHOST_CHECK(condition, text)                                               \
  do {                                                                                 \
    if (!(condition)) ::agenthost::check_failed(__FILE__, __LINE__, #condition, text); \
  } while (false)

}  // namespace agenthost

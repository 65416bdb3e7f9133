// What an HTTP answer that is no success means to a caller, and how to show its beginning. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "host/base/error.hpp"

namespace agenthost::outbound {

[[nodiscard]] constexpr bool is_success(int status) {
  return status >= 200 && status < 300;
}

[[nodiscard]] ErrorCode code_of_status(int status);

// The beginning of a body, for people: one line of whole UTF-8 characters.
[[nodiscard]] std::string excerpt(std::string_view body);

}  // namespace agenthost::outbound

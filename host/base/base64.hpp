// Base64 as in RFC 4648, with padding, in one line. Pure functions: thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "host/base/error.hpp"

namespace agenthost {

[[nodiscard]] std::string to_base64(std::string_view bytes);
// kInvalid "not base64".
[[nodiscard]] Result<std::string> from_base64(std::string_view text);

}  // namespace agenthost

// Small things done to texts. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agenthost {

// Without the white space at both ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// "a, b, c"
[[nodiscard]] inline std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

}  // namespace agenthost

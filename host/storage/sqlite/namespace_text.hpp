// A namespace as one text: its labels with a separator between them that sorts before whatever a label may
// hold. So namespaces sort as lists do, and all below a prefix lie in one range. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/models/store_item.hpp"

namespace agenthost::storage {

inline constexpr char kLabelSeparator = '\x1f';

[[nodiscard]] inline std::string join_labels(const models::Namespace& name_space) {
  std::string text;
  for (std::size_t i = 0; i < name_space.size(); ++i) {
    if (i > 0) text += kLabelSeparator;
    text += name_space[i];
  }
  return text;
}

[[nodiscard]] inline models::Namespace split_labels(std::string_view text) {
  models::Namespace labels;
  for (;;) {
    const auto end = text.find(kLabelSeparator);
    labels.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return labels;
    text.remove_prefix(end + 1);
  }
}

// The namespaces that begin with these labels are those from `least` on and before `end`.
struct LabelRange {
  std::string least;
  std::string end;
};
[[nodiscard]] inline LabelRange range_below(const models::Namespace& prefix) {
  auto least = join_labels(prefix);
  // No text in UTF-8 has this byte, so none comes behind it.
  if (prefix.empty()) return {std::move(least), "\xff"};
  auto end = least + static_cast<char>(kLabelSeparator + 1);
  return {std::move(least), std::move(end)};
}

}  // namespace agenthost::storage

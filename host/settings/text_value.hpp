// Text to value: the small, YAML-free half of reading settings. Pure functions, thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "host/base/error.hpp"
#include "host/settings/keys.hpp"

namespace agenthost::settings {

// Replaces ${NAME} (kInvalid when unset) and ${NAME:-default} (unset or empty); $${ stands for a plain ${.
[[nodiscard]] Result<std::string> substitute(std::string_view text,
                                             const std::map<std::string, std::string>& environment);

// Whether a key holds one scalar; the others are lists and maps.
template <class Member>
inline constexpr bool kIsScalar =
    std::is_arithmetic_v<Member> || std::is_same_v<Member, milliseconds> ||
    std::is_same_v<Member, std::string> || std::is_same_v<Member, std::filesystem::path>;
[[nodiscard]] bool is_scalar(const Target& target);

// Puts text into a scalar key's member. Returns what is wrong with it, for people.
[[nodiscard]] std::optional<std::string> assign_text(const Key& key, const std::string& text);

// "a, b" -> {"a", "b"}; empty text is an empty list.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);

// The candidate a person most likely meant, or nullopt when none is close.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 const std::vector<std::string>& candidates);
// The end of a sentence about a word that is not one of those: "; did you mean "port"?", or all of them when
// none is close.
[[nodiscard]] std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace agenthost::settings

// Strict reading of JSON values, behind parse_json and read_as. Thread-safe: no state.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "agenthost/sdk/error.hpp"
#include "agenthost/sdk/json.hpp"

namespace agent {
namespace detail {

[[noreturn]] inline void wrong_type(const Json& value, std::string_view what, std::string_view wanted) {
  const std::string found = value.is_null() ? "missing" : std::string("a ") + value.type_name();
  throw Error(Code::kInvalid, std::string(what) + ": must be " + std::string(wanted) + ", but is " + found);
}

template <std::integral T>
T read_integer(const Json& value, std::string_view what) {
  constexpr std::string_view kWanted = std::is_signed_v<T> ? "an integer" : "an integer >= 0";
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())) return static_cast<T>(number);
  } else if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    const bool fits =
        number >= 0
            ? static_cast<std::uint64_t>(number) <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())
            : std::is_signed_v<T> && number >= static_cast<std::int64_t>(std::numeric_limits<T>::min());
    if (fits) return static_cast<T>(number);
  } else if (value.is_number_float()) {
    // 5.0 is the integer 5: other languages write it so.
    const double number = value.get<double>();
    const bool fits = std::trunc(number) == number &&
                      number >= static_cast<double>(std::numeric_limits<T>::min()) &&
                      number < std::ldexp(1.0, std::numeric_limits<T>::digits);
    if (fits) return static_cast<T>(number);
  }
  if (value.is_number()) {
    throw Error(Code::kInvalid, std::string(what) + ": must be " + std::string(kWanted) +
                                    " in range, but is " + value.dump());
  }
  wrong_type(value, what, kWanted);
}

}  // namespace detail

inline Json parse_json(std::string_view text, std::string_view what) {
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) {
    throw Error(Code::kInvalid, std::string(what) + ": is no JSON: " + to_text(Json(text.substr(0, 80))));
  }
  return value;
}

template <class T>
T read_as(const Json& value, std::string_view what) {
  if constexpr (std::same_as<T, Json>) {
    return value;
  } else if constexpr (std::same_as<T, bool>) {
    if (!value.is_boolean()) detail::wrong_type(value, what, "true or false");
    return value.get<bool>();
  } else if constexpr (std::integral<T>) {
    return detail::read_integer<T>(value, what);
  } else if constexpr (std::floating_point<T>) {
    if (!value.is_number()) detail::wrong_type(value, what, "a number");
    return value.get<T>();
  } else if constexpr (std::same_as<T, std::string>) {
    if (!value.is_string()) detail::wrong_type(value, what, "a string");
    return value.get<std::string>();
  } else {
    try {
      return value.get<T>();
    } catch (const Json::exception& e) {
      throw Error(Code::kInvalid, std::string(what) + ": " + e.what());
    }
  }
}

}  // namespace agent

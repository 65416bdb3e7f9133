// Keys: the one table of what an operator may set. Reading YAML, environment overrides, "did you mean" and
// the checks of the documentation all walk it; a member of Settings that is not in it cannot be set.
//
// A table is bound to the object it describes: type and default are those of the member it points to.
// Immutable; the pointers borrow from that object.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/settings/settings.hpp"

namespace agenthost::settings {

using StringMap = std::map<std::string, std::string>;
using ListMap = std::map<std::string, std::vector<std::string>>;
// id -> free-form object, kept as JSON text.
struct JsonTexts {
  StringMap* texts;
};

using Target =
    std::variant<bool*, int*, unsigned*, std::uint16_t*, std::size_t*, double*, milliseconds*, std::string*,
                 std::filesystem::path*, std::vector<std::string>*, StringMap*, ListMap*, JsonTexts,
                 std::map<std::string, Service>*, std::map<std::string, LlmModel>*>;

// For numbers and durations, both ends included.
struct Range {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

struct Key {
  std::string path;  // "server.port"; in the table of a map's entry only its last part
  Target target;
  Range range = {};
  std::vector<std::string_view> choices = {};  // for strings; empty = any text
};

[[nodiscard]] std::vector<Key> keys_of(Settings& settings);
[[nodiscard]] std::vector<Key> keys_of(Service& service);
[[nodiscard]] std::vector<Key> keys_of(LlmModel& model);

// keys_of(settings), and those of every entry its maps hold now: "llm.models.default.provider".
[[nodiscard]] std::vector<Key> all_keys_of(Settings& settings);

// "server.port" -> "AGENTHOST_SERVER__PORT"
[[nodiscard]] std::string environment_name(std::string_view path);

// The member's present value as YAML would show it; maps as "{}".
[[nodiscard]] std::string value_text(const Target& target);

// What may be written: "whole number, 0 to 65535", "one of none, run", "list of texts".
[[nodiscard]] std::string type_text(const Key& key);

}  // namespace agenthost::settings

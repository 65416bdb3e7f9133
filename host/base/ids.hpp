// Identifiers and times in the forms the API shows.
//
// Run and thread ids are UUIDv7; checkpoint ids are time-ordered like UUIDv6 and sort as text by creation,
// which clients rely on. All functions are thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace agenthost {

// Microseconds since 1970-01-01T00:00:00Z.
using Micros = std::int64_t;

[[nodiscard]] Micros now_us();

// "2026-11-22T19:21:09.020123+00:00"
[[nodiscard]] std::string format_time(Micros time);

[[nodiscard]] std::string new_uuid7();

// Strictly increasing as text within the process, and across restarts as long as the clock does not go back.
[[nodiscard]] std::string new_checkpoint_id();

// A number larger than any given before in this process, and across restarts as long as the clock does not go
// back. Unique per write of a channel, so that two branches of a thread never share a version by accident.
[[nodiscard]] std::int64_t new_version();

// Name-based (SHA-1) UUID below a namespace UUID; name_space must be a valid UUID.
[[nodiscard]] std::string uuid5(std::string_view name_space, std::string_view name);

// A UUID (version 8) that is always the same for the same parent and name: for what is made over and over and
// must be told apart, not kept secret.
[[nodiscard]] std::string derived_uuid(std::string_view parent, std::string_view name);

// The assistant every graph gets: uuid5 below the namespace LangGraph uses, so saved links keep working.
[[nodiscard]] std::string system_assistant_id(std::string_view graph_id);

// Any UUID version, upper or lower case, with dashes.
[[nodiscard]] bool is_uuid(std::string_view text);

// Hex of the first 16 bytes of SHA-256(text): short ids that must be the same for the same input.
[[nodiscard]] std::string short_hash(std::string_view text);

}  // namespace agenthost

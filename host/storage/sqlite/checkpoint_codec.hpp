// How a checkpoint's channels and tasks look inside their JSON columns.
//
// Everything is an object, lists too ({"0":...,"1":...}): split_object then gives back each value's very
// text, so a number or an escape a node wrote is never re-printed. Pure functions; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/models/checkpoint.hpp"

namespace agenthost::storage {

// {"channel":version,...} in order. kInvalid for a name with a NUL byte, which SQLite's JSON functions cut
// off.
[[nodiscard]] Result<std::string> encode_channels(const std::vector<models::ChannelValue>& channels);
// The channels without their values.
[[nodiscard]] Result<std::vector<models::ChannelValue>> decode_channels(std::string_view text);

// ["name",...]
[[nodiscard]] std::string encode_names(const std::vector<std::string>& names);
[[nodiscard]] Result<std::vector<std::string>> decode_names(std::string_view text);

[[nodiscard]] std::string encode_tasks(const std::vector<models::CheckpointTask>& tasks);
[[nodiscard]] Result<std::vector<models::CheckpointTask>> decode_tasks(std::string_view text);

}  // namespace agenthost::storage

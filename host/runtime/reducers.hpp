// Reducers: how a write changes a channel. Pure functions on JSON text; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/runtime/graph.hpp"

namespace agenthost::runtime {

// Brings a write into the form it is applied, streamed and stored in: for kMessages a list of complete
// messages, each with an id (a client's id is kept, a missing one is made); for kAppend a list; else
// unchanged. kInvalid kind "InvalidUpdateError" when the write cannot belong to such a channel.
[[nodiscard]] Result<std::string> normalize_write(const Channel& channel, std::string write);

// The channel's new value. current may be null (no value yet); write is normalized.
[[nodiscard]] Result<JsonBlob> reduce(const Channel& channel, const JsonBlob& current,
                                      const std::string& write);

}  // namespace agenthost::runtime

// Reducers: how a write changes a channel. Pure functions on JSON text; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/runtime/graph.hpp"

namespace agenthost::runtime {

// A write in the form it is applied, streamed and stored in.
struct NormalWrite {
  std::string text;
  // Of kMessages, when all it does is bring different messages: their ids, to spare a second reading.
  std::vector<std::string> brings = {};
};

// For kMessages a list of complete messages, each with an id (a client's id is kept, a missing one is made);
// for kAppend a list; else unchanged. kInvalid kind "InvalidUpdateError" when the write cannot belong to such
// a channel.
[[nodiscard]] Result<NormalWrite> normalize_write(const Channel& channel, std::string write);

// The channel's new value. current may be null: no value yet.
[[nodiscard]] Result<JsonBlob> reduce(const Channel& channel, const JsonBlob& current,
                                      const NormalWrite& write);

}  // namespace agenthost::runtime

// Writes: what a node gives back, channel by channel, and how writes change a state. Pure functions;
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/models/checkpoint.hpp"
#include "host/runtime/graph.hpp"
#include "host/runtime/reducers.hpp"

namespace agenthost::runtime {

struct ChannelWrite {
  std::size_t channel = 0;  // index in the graph
  NormalWrite write;
};
using Writes = std::vector<ChannelWrite>;

// Reads an update object, or its members; keys that are no channels are dropped.
[[nodiscard]] Result<Writes> read_writes(const Graph& graph, std::string_view update);
[[nodiscard]] Result<Writes> read_writes(const Graph& graph, std::vector<JsonMember> update);
// Takes out of an update the keys that are no channels, and says which: read_writes would drop them.
[[nodiscard]] std::vector<std::string> take_unknown(const Graph& graph, std::vector<JsonMember>& update);
// {"channel":write,...}; null when there are none.
[[nodiscard]] JsonBlob writes_json(const Graph& graph, const Writes& writes);

// The channels' initial values, for a thread without state.
void start_channels(const Graph& graph, models::Checkpoint& state);

// All updates of a step go in at once, in the order of the tasks. On error the state is half changed: drop
// it.
[[nodiscard]] std::optional<Error> apply_writes(const Graph& graph, models::Checkpoint& state,
                                                const std::vector<Writes>& writes,
                                                std::size_t max_state_bytes);

// Some of its tasks have finished, others not: what the finished ones wrote is not in the channels yet.
[[nodiscard]] bool is_half_done(const models::Checkpoint& state);
// The state as clients see it: one that is half done with what its finished tasks wrote, in their order.
[[nodiscard]] models::Checkpoint shown_state(const Graph& graph, models::Checkpoint state,
                                             std::size_t max_state_bytes);

}  // namespace agenthost::runtime

// StreamMode: the kinds of events that clients ask for. Immutable values.
#pragma once

#include <string>
#include <vector>

namespace agenthost::runtime {

enum class StreamMode : unsigned {
  kValues = 1U << 0U,
  kUpdates = 1U << 1U,
  kMessagesTuple = 1U << 2U,
  kCustom = 1U << 3U,
  kTasks = 1U << 4U,
  kCheckpoints = 1U << 5U,
  kDebug = 1U << 6U,
  kMessages = 1U << 7U,
  kEvents = 1U << 8U,
  kTools = 1U << 9U,
};
using StreamModes = unsigned;  // a set of StreamMode bits

[[nodiscard]] constexpr StreamModes only(StreamMode mode) {
  return static_cast<StreamModes>(mode);
}
[[nodiscard]] constexpr bool has(StreamModes modes, StreamMode mode) {
  return (modes & only(mode)) != 0;
}

// By their names in the API; an unknown name adds nothing.
[[nodiscard]] StreamModes modes_from(const std::vector<std::string>& names);

// Whether a run tells of the graphs inside its graph.
enum class Subgraphs { kHidden, kShown };

}  // namespace agenthost::runtime

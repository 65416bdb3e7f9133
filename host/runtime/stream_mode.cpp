#include "host/runtime/stream_mode.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace agenthost::runtime {

StreamModes modes_from(const std::vector<std::string>& names) {
  constexpr std::array<std::pair<std::string_view, StreamMode>, 10> kKnown{
      {{"values", StreamMode::kValues},
       {"updates", StreamMode::kUpdates},
       {"messages", StreamMode::kMessages},
       {"messages-tuple", StreamMode::kMessagesTuple},
       {"custom", StreamMode::kCustom},
       {"tasks", StreamMode::kTasks},
       {"debug", StreamMode::kDebug},
       {"checkpoints", StreamMode::kCheckpoints},
       {"events", StreamMode::kEvents},
       {"tools", StreamMode::kTools}}};
  StreamModes modes = 0;
  for (const auto& [name, mode] : kKnown) {
    if (std::find(names.begin(), names.end(), name) != names.end()) modes |= only(mode);
  }
  return modes;
}

}  // namespace agenthost::runtime

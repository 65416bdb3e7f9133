// Programs that a verb starts and waits for. Functions are thread-safe as long as nobody changes the
// environment.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace agenthost::app {

using Command = std::vector<std::string>;

// Where a program's words go; what is left out goes where ours do. Borrowed descriptors.
struct Outputs {
  std::optional<int> standard, errors;
};

// With our environment and none of our blocked signals. -1, and a word on stderr, when it cannot be started.
[[nodiscard]] pid_t start(const Command& command, const Outputs& outputs = {});

// To its end; true when that was good. What it said is shown only when it was not.
[[nodiscard]] bool run_quietly(const Command& command);

}  // namespace agenthost::app

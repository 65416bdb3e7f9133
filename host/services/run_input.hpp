// What a run starts from: decides how a request meets the thread's latest checkpoint. Pure; thread-safe.
#pragma once

#include <optional>

#include "host/models/checkpoint.hpp"
#include "host/runtime/run.hpp"
#include "host/services/active_run.hpp"

namespace agenthost::services {

// kInvalid when several interrupts wait and the answer does not say which it is for. A run that is taken up
// again after a crash (attempts > 1) goes on from its own last checkpoint instead of starting over.
[[nodiscard]] Result<runtime::RunInput> choose_input(const ActiveRun& run,
                                                     const std::optional<models::Checkpoint>& latest);

// The spec of a run, complete but for `input` and `from`.
[[nodiscard]] runtime::RunSpec make_spec(const ActiveRun& run, unsigned default_recursion_limit,
                                         std::chrono::milliseconds timeout);

}  // namespace agenthost::services

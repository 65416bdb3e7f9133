// What a run starts from: decides how a request meets the thread's latest checkpoint. Pure; thread-safe.
#pragma once

#include <optional>

#include "host/models/checkpoint.hpp"
#include "host/runtime/run.hpp"
#include "host/services/active_run.hpp"

namespace agenthost::services {

// Where a run starts: its input, the checkpoint it goes on from, and whether that makes a branch.
struct RunStart {
  runtime::RunInput input;
  std::optional<models::Checkpoint> from;
  runtime::Origin origin = runtime::Origin::kLatest;
};

// latest: of the thread; chosen: the one the request names, if it does. kInvalid when several interrupts wait
// and the answer does not say which it is for, or, with strict_resume, when it names one that does not wait.
// A run that is taken up again after a crash (attempts > 1) goes on from its own last checkpoint instead of
// starting over.
[[nodiscard]] Result<RunStart> choose_start(const ActiveRun& run, std::optional<models::Checkpoint> latest,
                                            std::optional<models::Checkpoint> chosen);

// The spec of a run, complete but for where it starts.
[[nodiscard]] runtime::RunSpec make_spec(const ActiveRun& run, unsigned default_recursion_limit,
                                         std::chrono::milliseconds timeout);

}  // namespace agenthost::services

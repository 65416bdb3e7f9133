// StoredEvents: event streams that outlive the process: what runs created with stream_resumable say is kept
// in storage, in order and within limits, before any reader sees it. Thread-safe functions.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "host/models/run.hpp"
#include "host/runtime/event_stream.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::services {

struct StreamLimits {
  std::size_t events = 10'000;
  std::size_t bytes = 4U << 20U;
};

// A stream whose events are kept for the run from the first on.
[[nodiscard]] std::shared_ptr<runtime::EventStream> stored_stream(storage::Storage& storage,
                                                                  const std::string& run_id,
                                                                  StreamLimits limits);
// The same for a run that is taken up again: it goes on where the kept events end.
[[nodiscard]] Result<std::shared_ptr<runtime::EventStream>> stored_stream_again(storage::Storage& storage,
                                                                                const std::string& run_id,
                                                                                StreamLimits limits);
// What is kept of a run that has ended, with its end; null when nothing is.
[[nodiscard]] Result<std::shared_ptr<runtime::EventStream>> ended_stream(storage::Storage& storage,
                                                                         const models::Run& run,
                                                                         StreamLimits limits);

}  // namespace agenthost::services

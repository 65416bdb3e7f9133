// RunReplies: how runs and their outcomes look on the wire: bodies and headers. Thread-safe functions.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "host/models/run_request.hpp"
#include "host/routers/event_delivery.hpp"
#include "host/routers/http.hpp"
#include "host/services/run_service.hpp"

namespace agenthost::routers {

// Where a run was created or is asked for: on its thread, or by its id alone.
enum class Scope { kThread, kStateless };

[[nodiscard]] std::string error_json(const Error& error);
// The bare final values, or {"__error__": ...}.
[[nodiscard]] std::string bare_json(const services::RunOutcome& outcome);
// {run_id, thread_id, status, output, error, metadata}
[[nodiscard]] std::string envelope_json(const models::Run& run, const services::RunOutcome& outcome);

// Content-Location, and Location (where a client that was cut off goes on) when `below` is not empty.
[[nodiscard]] Headers run_headers(std::string_view thread_id, std::string_view run_id, Scope scope,
                                  std::string_view below);

// What to do when the client goes before the end; may be empty.
[[nodiscard]] std::function<void()> cancel_when_gone(services::RunService& runs, std::string run_id,
                                                     models::OnDisconnect on_disconnect);

// What the creator of a run reads of its events: what it asked for.
[[nodiscard]] EventRequest reads_of(const models::RunRequest& asked);

}  // namespace agenthost::routers

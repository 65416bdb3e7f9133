#include "host/routers/run_replies.hpp"

#include "host/base/json.hpp"

namespace agenthost::routers {

using services::RunOutcome;
using services::RunService;

std::string error_json(const Error& error) {
  return "{\"error\":" + quote(error_kind(error)) + ",\"message\":" + quote(error.text) + "}";
}

std::string bare_json(const RunOutcome& outcome) {
  if (outcome.error) return "{\"__error__\":" + error_json(*outcome.error) + "}";
  return outcome.values;
}

std::string envelope_json(const models::Run& run, const RunOutcome& outcome) {
  return "{\"run_id\":\"" + run.run_id + "\",\"thread_id\":\"" + run.thread_id + "\",\"status\":\"" +
         std::string(to_string(outcome.status)) + "\",\"output\":" + outcome.values +
         ",\"error\":" + (outcome.error ? error_json(*outcome.error) : "null") +
         ",\"metadata\":" + run.metadata + "}";
}

Headers run_headers(std::string_view thread_id, std::string_view run_id, Scope scope,
                    std::string_view below) {
  const auto alone = "/runs/" + std::string(run_id);
  const auto on_thread = "/threads/" + std::string(thread_id) + alone;
  // Nothing may follow the run id: clients take both ids from it.
  Headers headers{{"Content-Location", scope == Scope::kThread ? on_thread : alone}};
  if (!below.empty()) headers.emplace_back("Location", on_thread + std::string(below));
  return headers;
}

std::function<void()> cancel_when_gone(RunService& runs, std::string run_id,
                                       models::OnDisconnect on_disconnect) {
  if (on_disconnect == models::OnDisconnect::kContinue) return {};
  return [&runs, run_id = std::move(run_id)] { runs.cancel_active(run_id); };
}

EventRequest reads_of(const models::RunRequest& asked) {
  EventRequest reads;
  reads.filter.modes = runtime::modes_from(asked.stream_modes);
  reads.filter.subgraphs = asked.subgraphs ? runtime::Subgraphs::kShown : runtime::Subgraphs::kHidden;
  return reads;
}

}  // namespace agenthost::routers

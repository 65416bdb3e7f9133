#include "host/app/subagent_door.hpp"

#include <utility>

#include "host/services/run_config.hpp"

namespace agenthost::app {
namespace {

using services::ActiveRunPtr;
using services::RunOutcome;

// Only what ext/subagent.h names: an agent does not choose webhooks, delays or threads for another one.
Result<models::RunRequest> read_request(const std::string& text) {
  const auto body = parse_json(text);
  if (!body) return fail(body.error());
  if (!body->IsObject()) return fail(ErrorCode::kInvalid, "the request must be a JSON object");
  for (const auto& member : body->GetObject()) {
    const auto name = as_view(member.name);
    if (name != "assistant_id" && name != "input" && name != "config" && name != "context" &&
        name != "metadata")
      return fail(ErrorCode::kInvalid, "the request has no member " + quote(name));
  }
  return models::RunRequest::from_json(*body);
}

Result<std::string> values_of(const RunOutcome& outcome) {
  if (outcome.end == runtime::RunEnd::kInterrupted) {
    return fail(ErrorCode::kUnsupported,
                "it stopped to ask a human, whom nobody can reach from here; ask in the calling agent");
  }
  if (outcome.error) return fail(*outcome.error);
  return outcome.values;
}

}  // namespace

void SubagentDoor::run(extensions::SubagentCall call) {
  readers_.post([this, call = std::move(call)] { start(call); });
}

void SubagentDoor::start(const extensions::SubagentCall& call) {
  auto asked = read_request(call.request);
  if (!asked) return call.answer(fail(asked.error()));
  if (!call.traceparent.empty()) {
    asked->config = services::merge_configs(
        asked->config, R"({"configurable":{"traceparent":")" + call.traceparent + "\"}}");
  }
  runs_->create_stateless(std::move(*asked), services::Delivery::kWait,
                          [this, cancel = call.cancel, answer = call.answer](Result<ActiveRunPtr> run) {
                            if (!run) return answer(fail(run.error()));
                            runs_->when_ended(
                                *run, [answer](const RunOutcome& outcome) { answer(values_of(outcome)); });
                            cancel->on_cancel([this, id = (*run)->row.run_id] { runs_->cancel_active(id); });
                          });
}

}  // namespace agenthost::app

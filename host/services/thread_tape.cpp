#include "host/services/thread_tape.hpp"

#include <algorithm>

#include "host/base/ids.hpp"

namespace agenthost::services {
namespace {

constexpr const char* kAtItsEnd = "end";
constexpr Micros kMicrosPerMilli = 1'000;

std::string event_json(const V2Event& event, const std::string& event_id, std::uint64_t seq) {
  std::string json = "{\"type\":\"event\",\"event_id\":" + quote(event_id) +
                     ",\"seq\":" + std::to_string(seq) + ",\"method\":\"" + event.method +
                     "\",\"params\":{\"namespace\":" + json_list(event.ns) +
                     ",\"timestamp\":" + std::to_string(now_us() / kMicrosPerMilli);
  if (!event.node.empty()) json += ",\"node\":" + quote(event.node);
  return json + ",\"data\":" + event.data + "}}";
}

runtime::EventFilter asked_for(const models::RunRequest& request) {
  return {runtime::modes_from(request.stream_modes),
          request.subgraphs ? runtime::Subgraphs::kShown : runtime::Subgraphs::kHidden};
}

bool is_interrupt_id(const std::string& text) {
  constexpr std::size_t kDigits = 32;
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The interrupts that the run is the answer to: those it names, or the only one there is.
std::vector<std::string> answered(const models::RunRequest& request,
                                  const std::vector<std::string>& waiting) {
  if (!request.resume) return {};
  std::vector<std::string> ids;
  const auto members = split_object(*request.resume);
  for (const auto& member : members ? *members : std::vector<JsonMember>{}) ids.push_back(member.key);
  if (!ids.empty() && std::all_of(ids.begin(), ids.end(), is_interrupt_id)) return ids;
  return waiting.size() == 1 ? waiting : std::vector<std::string>{};
}

// A strict answer named interrupts that do not wait: which, and which do.
std::optional<V2Refusal> refusal_of(const ActiveRun& run, const RunOutcome& outcome) {
  if (!outcome.error || outcome.error->kind != "UnknownInterruptError" || !run.request.resume) {
    return std::nullopt;
  }
  V2Refusal refusal;
  const auto pending = parse_json(run.final_state ? interrupts_json(*run.final_state) : "[]");
  for (const auto& one : pending->GetArray()) refusal.pending_ids.emplace_back(string_member(one, "id"));
  const auto& known = refusal.pending_ids;
  const auto named = split_object(*run.request.resume);
  for (const auto& member : named ? *named : std::vector<JsonMember>{}) {
    if (std::find(known.begin(), known.end(), member.key) == known.end()) {
      refusal.interrupt_ids.push_back(member.key);
    }
  }
  return refusal;
}

}  // namespace

ThreadTape::ThreadTape(std::string thread_id, std::size_t max_bytes, std::uint64_t first_seq)
    : thread_id_(std::move(thread_id)), events_(max_bytes, first_seq), joined_(max_bytes, first_seq) {}

std::string ThreadTape::tree_json() const {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(newest_run_);
  return found == runs_.end() ? std::string() : found->second.projection.tree_json();
}

// ---- Recording ----

void ThreadTape::follow(const ActiveRunPtr& run) {
  if (!run->events) return;
  const auto& run_id = run->row.run_id;
  {
    const std::lock_guard lock(mutex_);
    if (runs_.count(run_id) != 0) return;
    runs_.emplace(run_id,
                  Followed{V2Projection(run_id, run->graph.graph->id(), answered(run->request, waiting_)),
                           asked_for(run->request)});
  }
  run->followed = true;
  // Not under the lock: the stream holds its own while it calls.
  run->events->subscribe(0, [self = shared_from_this(), run_id](const runtime::EventPtr& event) {
    self->record(run_id, *event);
  });
}

void ThreadTape::record(const std::string& run_id, const runtime::Event& event) {
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(run_id);
  if (found == runs_.end() || found->second.ended) return;
  auto& run = found->second;
  if (std::exchange(newest_run_, run_id) != run_id) waiting_.clear();
  std::vector<V2Event> events;
  run.projection.see(event, events);
  append_locked(run_id, std::to_string(event.id), std::move(events));
  if (event.name == "end") return;
  if (event.name == "metadata") {
    join_locked(run_id, JoinEvent::Kind::kLifecycle, event.name, event.data);
  } else if (run.asked_for.wants(event)) {
    join_locked(run_id, JoinEvent::Kind::kRun, run.asked_for.name_of(event), event.data);
  }
}

// An event is named for what of the run it came from, not for its place on this tape: a run that goes on
// after a restart says the same again under the same names, and clients know what they have seen.
void ThreadTape::append_locked(const std::string& run_id, const std::string& from,
                               std::vector<V2Event> events) {
  std::size_t nth = 0;
  for (auto& event : events) {
    const auto name = run_id + ":" + from + (nth == 0 ? "" : "." + std::to_string(nth));
    nth += event.own_id.empty() ? 1 : 0;
    if (event.method == "input.requested") {
      const auto asked = parse_json(event.data);
      if (asked) waiting_.emplace_back(string_member(*asked, "interrupt_id"));
    }
    events_.append([&](std::uint64_t seq) {
      TapeEvent entry;
      entry.seq = seq;
      entry.run_id = run_id;
      entry.event_id = event.own_id.empty() ? name : event.own_id;
      entry.json = event_json(event, entry.event_id, seq);
      entry.event = std::move(event);
      entry.event.data.clear();
      return entry;
    });
  }
}

void ThreadTape::join_locked(const std::string& run_id, JoinEvent::Kind kind, std::string name,
                             std::string data) {
  joined_.append([&](std::uint64_t seq) {
    return JoinEvent{seq, run_id, kind, std::move(name), std::move(data)};
  });
}

void ThreadTape::ended(const ActiveRunPtr& run, const RunOutcome& outcome) {
  follow(run);  // it may have ended while this tape was being opened
  const auto& run_id = run->row.run_id;
  const std::lock_guard lock(mutex_);
  const auto found = runs_.find(run_id);
  if (found == runs_.end() || std::exchange(found->second.ended, true)) return;
  std::vector<V2Event> events;
  found->second.projection.ended(outcome, refusal_of(*run, outcome), events);
  append_locked(run_id, kAtItsEnd, std::move(events));
  if (run->final_state) {
    join_locked(run_id, JoinEvent::Kind::kState, "state_update",
                "{\"state\":" + models::state_json(*run->final_state) + "}");
  }
  join_locked(run_id, JoinEvent::Kind::kLifecycle, "metadata",
              "{\"run_id\":\"" + run_id + "\",\"status\":\"run_done\"}");
}

void ThreadTape::failed(const std::string& run_id, const std::string& graph_id, const Error& why) {
  RunOutcome outcome;
  outcome.status = models::RunStatus::kError;
  outcome.end = runtime::RunEnd::kError;
  outcome.error = why;
  std::vector<V2Event> events;
  V2Projection(run_id, graph_id, std::vector<std::string>{}).ended(outcome, std::nullopt, events);
  const std::lock_guard lock(mutex_);
  append_locked(run_id, kAtItsEnd, std::move(events));
}

// ---- Forgetting ----

void ThreadTape::forget_run(const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  forget_locked(run_id);
}

void ThreadTape::forget_ended_unless_read() {
  if (!events_.is_read() && !joined_.is_read()) forget_ended();
}

void ThreadTape::forget_ended() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ended;
  for (const auto& [run_id, run] : runs_) {
    if (run.ended) ended.push_back(run_id);
  }
  for (const auto& run_id : ended) forget_locked(run_id);
}

void ThreadTape::forget_locked(const std::string& run_id) {
  runs_.erase(run_id);
  events_.forget_run(run_id);
  joined_.forget_run(run_id);
}

}  // namespace agenthost::services

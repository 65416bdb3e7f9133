#include "host/services/thread_tapes.hpp"

#include "host/base/ids.hpp"

namespace agenthost::services {
namespace {

// A client may still hold a number of the tape that a restart has ended: the clock is above all of them.
std::uint64_t seq_after_restart() {
  constexpr Micros kMicrosPerMilli = 1'000;
  return static_cast<std::uint64_t>(now_us() / kMicrosPerMilli);
}

}  // namespace

ThreadTapes::ThreadTapes(RunScheduler& scheduler, Timers& timers, TapeLimits limits)
    : scheduler_(scheduler), timers_(timers), limits_(limits) {}

std::shared_ptr<ThreadTape> ThreadTapes::find(const std::string& thread_id) const {
  const std::lock_guard lock(registry_->mutex);
  const auto found = registry_->tapes.find(thread_id);
  return found == registry_->tapes.end() ? nullptr : found->second.lock();
}

std::shared_ptr<ThreadTape> ThreadTapes::find_or_make(const std::string& thread_id, std::uint64_t first_seq) {
  const std::lock_guard lock(registry_->mutex);
  auto& entry = registry_->tapes[thread_id];
  if (auto tape = entry.lock()) return tape;
  const auto forget = [weak = std::weak_ptr<Registry>(registry_)](ThreadTape* tape) {
    const std::unique_ptr<ThreadTape> gone(tape);
    const auto registry = weak.lock();
    if (!registry) return;
    const std::lock_guard registry_lock(registry->mutex);
    const auto found = registry->tapes.find(tape->thread_id());
    if (found != registry->tapes.end() && found->second.expired()) registry->tapes.erase(found);
  };
  std::shared_ptr<ThreadTape> tape(new ThreadTape(thread_id, limits_.bytes, first_seq), forget);
  entry = tape;
  return tape;
}

std::shared_ptr<ThreadTape> ThreadTapes::open(const std::string& thread_id) {
  auto tape = find_or_make(thread_id, 1);
  // A run accepted meanwhile is followed by whoever comes first.
  for (const auto& run : scheduler_.active_on(thread_id)) tape->follow(run);
  return tape;
}

void ThreadTapes::accepted(const ActiveRunPtr& run) {
  const auto& thread_id = run->row.thread_id;
  const auto tape = run->request.followed ? find_or_make(thread_id, 1) : find(thread_id);
  if (!tape) return;
  tape->forget_ended_unless_read();
  tape->follow(run);
}

void ThreadTapes::taken_up(const ActiveRunPtr& run) {
  if (run->request.followed) find_or_make(run->row.thread_id, seq_after_restart())->follow(run);
}

void ThreadTapes::ended(const ActiveRunPtr& run, const RunOutcome& outcome) {
  const auto tape = find(run->row.thread_id);
  if (!tape) return;
  tape->ended(run, outcome);
  keep(tape, run->row.run_id);
}

void ThreadTapes::given_up(const models::Run& run, const Error& why) {
  const auto kwargs = parse_json(run.kwargs);
  const auto metadata = parse_json(run.metadata);
  const auto request =
      kwargs ? models::RunRequest::from_json(*kwargs) : Result<models::RunRequest>(fail(kwargs.error()));
  if (!request || !request->followed) return;
  const auto tape = find_or_make(run.thread_id, seq_after_restart());
  tape->failed(run.run_id, metadata ? std::string(string_member(*metadata, "graph_id")) : "", why);
  keep(tape, run.run_id);
}

// Being held by the timer is what keeps a tape that nobody reads.
void ThreadTapes::keep(const std::shared_ptr<ThreadTape>& tape, const std::string& run_id) {
  timers_.after(limits_.retention, [tape, run_id] { tape->forget_run(run_id); });
}

void ThreadTapes::thread_deleted(const std::string& thread_id) {
  const auto tape = find(thread_id);
  if (tape) tape->forget_ended();
}

}  // namespace agenthost::services

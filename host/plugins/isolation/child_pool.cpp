// The work between the processes. Their lives are in child_pool_lives.cpp.
#include "host/plugins/isolation/child_pool.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "host/plugins/c_types.hpp"
#include "host/plugins/host_api.hpp"
#include "host/plugins/isolation/service_calls.hpp"

namespace agenthost::isolation {
namespace {

using plugins::borrow;
using Verdict = Wire::Verdict;

// What a frame may hold besides an update: names, and a request to a service.
constexpr std::size_t kFrameExtra = std::size_t{1} << 20U;

agent_status emit(agent_task* task, const Emitted& event) {
  constexpr std::array kChannels{"custom", "messages", "tools"};
  if (task == nullptr || event.channel >= kChannels.size()) return AGENT_INVALID;
  return plugins::host_api().emit(task, borrow(kChannels.at(event.channel)), borrow(event.json));
}

}  // namespace

ChildPool::ChildPool(Equipment equipment, EventLoop& loop, Timers& timers, plugins::PluginHost& host)
    : equipment_(std::move(equipment)),
      loop_(loop),
      timers_(timers),
      host_(host),
      max_frame_(equipment_.max_update_bytes + kFrameExtra),
      seats_(equipment_.limits.children),
      restarts_(equipment_.limits.restarts_per_minute) {}

ChildPool::~ChildPool() {
  AGENTHOST_CHECK(alive_ == 0, "a pool of processes is stopped before it goes");
}

// ---- giving ----

void ChildPool::give(AssignmentPtr assignment) {
  dispatch({std::move(assignment), 0});
}

void ChildPool::dispatch(Given given) {
  std::shared_ptr<Child> child;
  std::uint64_t number = 0;
  const auto assignment = given.assignment;
  Error refusal;
  {
    const std::lock_guard lock(mutex_);
    if (stage_ == Stage::kStopping) {
      refusal = {ErrorCode::kCancelled, "the server is stopping", {}};
    } else if (stage_ == Stage::kQuarantined) {
      refusal = {ErrorCode::kUnavailable, assignment->name() + " was not started: " + trouble_, {}};
    } else if (auto* seat = best_seat(); seat == nullptr) {
      waiting_.push_back(std::move(given));
      return;
    } else {
      number = ++last_number_;
      child = seat->child;
      seat->work.emplace(number, std::move(given));
    }
  }
  if (child == nullptr) return assignment->failed(refusal);
  assignment->give(child, number);
}

void ChildPool::dispatch_waiting() {
  std::deque<Given> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
  }
  for (auto& given : waiting) dispatch(std::move(given));
}

bool ChildPool::withdraw(const Assignment& assignment) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const Given& given) { return given.assignment.get() == &assignment; });
  if (found == waiting_.end()) return false;
  waiting_.erase(found);
  return true;
}

ChildPool::Seat* ChildPool::best_seat() {
  Seat* best = nullptr;
  for (auto& seat : seats_) {
    if (seat.child == nullptr || seat.leaving || !seat.child->is_ready()) continue;
    if (best == nullptr || seat.work.size() < best->work.size()) best = &seat;
  }
  return best;
}

ChildPool::Seat* ChildPool::seat_of(const Child& child) {
  const auto found = std::find_if(seats_.begin(), seats_.end(),
                                  [&](const Seat& seat) { return seat.child.get() == &child; });
  return found == seats_.end() ? nullptr : &*found;
}

// ---- what comes back ----

AssignmentPtr ChildPool::find(const Child& child, std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto* seat = seat_of(child);
  if (seat == nullptr) return nullptr;
  const auto found = seat->work.find(number);
  return found == seat->work.end() ? nullptr : found->second.assignment;
}

AssignmentPtr ChildPool::take(const Child& child, std::uint64_t number) {
  std::shared_ptr<Child> idle;
  AssignmentPtr assignment;
  {
    const std::lock_guard lock(mutex_);
    auto* seat = seat_of(child);
    if (seat == nullptr) return nullptr;
    const auto found = seat->work.find(number);
    if (found == seat->work.end()) return nullptr;
    assignment = std::move(found->second.assignment);
    seat->work.erase(found);
    seat->worked = true;
    if (seat->leaving && seat->work.empty()) idle = seat->child;
  }
  if (idle != nullptr) idle->end(retired());
  return assignment;
}

// Work that nobody waits for any more is passed over in silence: the two sides may cross.
template <class Message, class Use>
Verdict ChildPool::with(Child& child, const Frame& frame, Use use) {
  const auto message = read_message<Message>(frame);
  if (!message) return Verdict::kBad;
  if (const auto assignment = find(child, message->task)) use(*assignment, *message);
  return Verdict::kGood;
}

template <class Message, class Use>
Verdict ChildPool::ending(Child& child, const Frame& frame, Use use) {
  const auto message = read_message<Message>(frame);
  if (!message) return Verdict::kBad;
  if (const auto assignment = take(child, message->task)) use(*assignment, *message);
  return Verdict::kGood;
}

template <class Message>
Verdict ChildPool::service_call(Child& child, const Frame& frame) {
  return with<Message>(child, frame, [&](Assignment& assignment, const Message& call) {
    if (assignment.task() == nullptr) return;
    auto status = AGENT_EXHAUSTED;
    if (assignment.open_call()) status = start_call(host_, assignment.task(), call);
    if (status != AGENT_OK) child.wire().send(Reply{call.call, status, {}, {}});
  });
}

Verdict ChildPool::spoke(Child& child, const Frame& frame) {
  switch (static_cast<Type>(frame.type)) {
    case Type::kEnded:
      return ending<Ended>(child, frame, [](Assignment& assignment, const Ended& ended) {
        assignment.ended(ended.status, ended.text);
      });
    case Type::kFailed:
      return ending<Failed>(child, frame, [](Assignment& assignment, const Failed& failed) {
        assignment.failed({plugins::code_of(failed.code), plugins::printable(failed.text),
                           plugins::printable(failed.kind)});
      });
    case Type::kAsked:
      return ending<Asked>(child, frame,
                           [](Assignment& assignment, const Asked& asked) { assignment.asked(asked.value); });
    case Type::kEmitted:
      return with<Emitted>(child, frame, [](const Assignment& assignment, const Emitted& event) {
        static_cast<void>(emit(assignment.task(), event));
      });
    case Type::kTraced:
      return with<Traced>(child, frame, [this](const Assignment& assignment, const Traced& span) {
        if (assignment.task() != nullptr) record_span(host_, assignment.task(), span);
      });
    case Type::kHttpCall:
      return service_call<HttpCall>(child, frame);
    case Type::kJsonCall:
      return service_call<JsonCall>(child, frame);
    case Type::kTimerCall:
      return service_call<TimerCall>(child, frame);
    default:
      return Verdict::kBad;
  }
}

void ChildPool::logged(Child& child, telemetry::Level level, std::string_view line) {
  host_.log(level, "[" + std::to_string(child.pid()) + "] " + std::string(line));
}

}  // namespace agenthost::isolation

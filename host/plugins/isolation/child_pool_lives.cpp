// The lives of the processes: starting, watching, losing and replacing them. The work is in child_pool.cpp.
#include <algorithm>
#include <utility>

#include "host/plugins/extensions/metrics_extension.hpp"
#include "host/plugins/isolation/child_pool.hpp"
#include "host/plugins/isolation/service_calls.hpp"

namespace agenthost::isolation {
namespace {

using std::chrono::milliseconds;

// A node that was given up may keep its process's one thread: how long the process has to show that it does
// not.
constexpr milliseconds kSuspectPatience{1'000};
// For the other work of a process that is to be replaced.
constexpr milliseconds kRetireGrace{5'000};
// For a process that has hung up to die by itself, so that how it died is known.
constexpr milliseconds kDyingGrace{200};
// For the plugin's stop().
constexpr milliseconds kStopGrace{2'000};
// A process that does not read is as good as hung.
constexpr std::size_t kMaxQueuedBytes = std::size_t{256} << 20U;

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

std::string ms(milliseconds duration) {
  return std::to_string(duration.count()) + " ms";
}

}  // namespace

Death ChildPool::retired() {
  return {"was replaced: a blocking node of its did not stop", Death::Blame::kOutside};
}

// ---- opening ----

Result<std::string> ChildPool::open() {
  auto described = opened_.get_future();
  loop_.post([self = shared_from_this()] { self->start_child(0); });
  auto description = described.get();
  if (!description) stop();
  return description;
}

void ChildPool::tell_opened(Result<std::string> result) {
  if (!std::exchange(told_opened_, true)) opened_.set_value(std::move(result));
}

SetUp ChildPool::set_up() const {
  const auto& limits = equipment_.limits;
  const auto& manifest = equipment_.manifest;
  SetUp out;
  out.purpose = static_cast<std::uint8_t>(equipment_.purpose);
  out.plugin_id = manifest.id;
  out.plugin_version = manifest.version;
  out.folder = equipment_.folder.native();
  out.library = equipment_.library.native();
  out.library_name = manifest.library;
  out.config = equipment_.config;
  out.graphs = views(manifest.graphs);
  out.needs = views(manifest.needs);
  out.extensions = views(equipment_.extensions);
  out.services = views(equipment_.services);
  out.models = views(equipment_.models);
  out.readable = views(limits.readable);
  out.max_update_bytes = equipment_.max_update_bytes;
  out.memory_bytes = limits.memory_mb << 20U;
  out.blocking_threads = limits.blocking_threads;
  out.cpu_seconds = limits.cpu_seconds;
  out.open_files = limits.open_files;
  return out;
}

void ChildPool::start_child(std::size_t seat) {
  {
    const std::lock_guard lock(mutex_);
    if (stage_ != Stage::kOpening && stage_ != Stage::kOpen) return;
    ++alive_;  // from here on stop() waits for it
  }
  // Why on the loop: it takes a quarter of a millisecond however large the server is, and the worker ends
  // with the thread that started it.
  auto process = WorkerProcess::start(equipment_.program, equipment_.purpose);
  if (!process) {
    tell_opened(fail(process.error()));
    none_came();
    return replace(seat, RestartPolicy::HadWorked::kNo, "could not be started: " + process.error().text);
  }
  const auto child =
      std::make_shared<Child>(loop_, *this, std::move(*process), ++last_child_, max_frame_, make_meter());
  bool too_late = false;
  {
    const std::lock_guard lock(mutex_);
    seats_[seat].child = child;
    seats_[seat].leaving = seats_[seat].worked = false;
    too_late = stage_ == Stage::kStopping;
  }
  child->begin(set_up());
  if (too_late)
    return child->end({"was ended: it was started while its plugin stopped", Death::Blame::kOutside});
  on_loop_after(equipment_.limits.start_timeout_ms,
                [child](ChildPool& pool) { pool.start_timed_out(child); });
}

// What was counted as alive could not be started.
void ChildPool::none_came() {
  const std::lock_guard lock(mutex_);
  if (--alive_ == 0 && stage_ == Stage::kStopping) all_gone_.set_value();
}

std::unique_ptr<RemoteMeter> ChildPool::make_meter() const {
  auto metrics = extensions::metrics_of(host_);
  return metrics == nullptr ? nullptr : std::make_unique<RemoteMeter>(std::move(metrics), host_.plugin_id());
}

void ChildPool::start_timed_out(const std::shared_ptr<Child>& child) {
  if (child->is_ready()) return;
  child->end({"was not ready within " + ms(equipment_.limits.start_timeout_ms) +
              " (plugins.process.start_timeout_ms)"});
}

void ChildPool::became_ready(Child& child, std::string_view description) {
  if (!told_opened_) {
    first_is_ready(description);
  } else if (description != description_) {
    return child.end({"describes other graphs than the process before it"});
  }
  dispatch_waiting();
}

void ChildPool::first_is_ready(std::string_view description) {
  description_ = description;
  {
    const std::lock_guard lock(mutex_);
    if (stage_ == Stage::kOpening) stage_ = Stage::kOpen;
  }
  tell_opened(description_);
  for (std::size_t seat = 1; seat < seats_.size(); ++seat) start_child(seat);
  look_after_children();
}

// ---- losing ----

void ChildPool::hung_up(Child& child) {
  on_loop_after(kDyingGrace,
                [dying = child.shared_from_this()](ChildPool&) { dying->end({"closed its connection"}); });
}

void ChildPool::ended(Child& child, const Death& death) {
  const auto self = shared_from_this();  // stop() returns when the last child has gone
  std::vector<Given> lost;
  std::size_t place = 0;
  auto worked = RestartPolicy::HadWorked::kNo;
  auto stage = Stage::kOpen;
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    auto* seat = seat_of(child);
    AGENTHOST_CHECK(seat != nullptr, "a child keeps its seat until it has ended");
    place = static_cast<std::size_t>(seat - seats_.data());
    if (seat->worked) worked = RestartPolicy::HadWorked::kYes;
    for (auto& [number, given] : seat->work) lost.push_back(std::move(given));
    seat->work.clear();
    seat->child = nullptr;
    stage = stage_;
    last = --alive_ == 0 && stage == Stage::kStopping;
  }
  const auto how = child.refusal() ? child.refusal()->text : death.text;
  if (stage == Stage::kOpening) {
    tell_opened(child.refusal() ? fail(*child.refusal())
                                : fail(ErrorCode::kInvalid, equipment_.manifest.library + ": its process " +
                                                                how + " while it was loaded"));
  } else if (stage == Stage::kOpen) {
    host_.log(telemetry::Level::kWarn, "worker process " + std::to_string(child.pid()) + " " + how + "; " +
                                           std::to_string(lost.size()) + " tasks were with it");
    replace(place, worked, how);  // before its work is taken up: the plugin may be given up
  }
  take_up_again(std::move(lost), death);
  if (last) all_gone_.set_value();
}

void ChildPool::replace(std::size_t seat, RestartPolicy::HadWorked worked, const std::string& how) {
  const auto pause = restarts_.lost(worked, Clock::now());
  if (!pause) {
    return quarantine(
        "more than " + std::to_string(equipment_.limits.restarts_per_minute) +
        " of its processes were lost within a minute (plugins.process.restarts_per_minute); the "
        "last " +
        how);
  }
  if (*pause == milliseconds(0)) return start_child(seat);
  on_loop_after(*pause, [seat](ChildPool& pool) { pool.start_child(seat); });
}

// Work that may have killed its process gets so many tries; a process that was killed from outside is no
// work's fault.
void ChildPool::take_up_again(std::vector<Given> lost, const Death& death) {
  for (auto& given : lost) {
    if (death.blame == Death::Blame::kItself) ++given.strikes;
    if (given.strikes < equipment_.limits.attempts) {
      dispatch(std::move(given));
    } else {
      given.assignment->failed({ErrorCode::kUnavailable,
                                given.assignment->name() + ": its worker process " + death.text + " (tried " +
                                    std::to_string(given.strikes) + " times)",
                                "PluginCrashedError"});
    }
  }
}

void ChildPool::quarantine(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (stage_ != Stage::kOpen) return;
    stage_ = Stage::kQuarantined;
    trouble_ = "in quarantine: " + why;
  }
  host_.log(telemetry::Level::kError, "in quarantine until it is loaded again: " + why);
  // Their work fails when they are buried.
  for (const auto& child : children()) child->end({"was ended with its plugin", Death::Blame::kOutside});
  dispatch_waiting();
}

std::string ChildPool::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

// ---- signs of life ----

void ChildPool::look_after_children() {
  const auto now = Clock::now();
  const auto patience = equipment_.limits.hang_timeout_ms;
  end_overdue();
  std::vector<std::shared_ptr<Child>> at_work;
  {
    const std::lock_guard lock(mutex_);
    if (stage_ != Stage::kOpen) return;
    for (const auto& seat : seats_) {
      if (seat.child != nullptr && seat.child->is_ready() && !seat.work.empty())
        at_work.push_back(seat.child);
    }
  }
  for (const auto& child : at_work) {
    child->ping(patience, Death::Blame::kItself, now);
    if (child->wire().queued_bytes() > kMaxQueuedBytes) child->end({"does not read what it is sent"});
  }
  on_loop_after(std::max(patience / 4, milliseconds(10)),
                [](ChildPool& pool) { pool.look_after_children(); });
}

void ChildPool::end_overdue() {
  const auto now = Clock::now();
  for (const auto& child : children()) child->end_if_overdue(now);
}

std::vector<std::shared_ptr<Child>> ChildPool::children() const {
  std::vector<std::shared_ptr<Child>> children;
  const std::lock_guard lock(mutex_);
  for (const auto& seat : seats_) {
    if (seat.child != nullptr) children.push_back(seat.child);
  }
  return children;
}

void ChildPool::give_up(const std::shared_ptr<Child>& child, std::uint64_t number, Holds holds) {
  {
    const std::lock_guard lock(mutex_);
    auto* seat = seat_of(*child);
    if (seat == nullptr || seat->work.erase(number) == 0) return;
    if (holds == Holds::kThread) seat->leaving = true;
  }
  child->wire().send(Abandon{number});
  loop_.post([self = shared_from_this(), child, holds] {
    if (holds == Holds::kThread) return self->retire(child);
    child->ping(kSuspectPatience, Death::Blame::kOutside, Clock::now());  // the others' work is innocent
    self->on_loop_after(kSuspectPatience + milliseconds(50), [](ChildPool& pool) { pool.end_overdue(); });
  });
}

void ChildPool::retire(const std::shared_ptr<Child>& child) {
  {
    const std::lock_guard lock(mutex_);
    const auto* seat = seat_of(*child);
    if (seat == nullptr) return;
    if (!seat->work.empty()) {
      return on_loop_after(kRetireGrace, [child](ChildPool&) { child->end(retired()); });
    }
  }
  child->end(retired());
}

void ChildPool::on_loop_after(std::chrono::nanoseconds delay, std::function<void(ChildPool&)> then) {
  timers_.after(delay, [weak = weak_from_this(), then = std::move(then)] {
    const auto self = weak.lock();
    if (self != nullptr) self->loop_.post([self, then] { then(*self); });
  });
}

// ---- stopping ----

void ChildPool::stop() {
  std::future<void> gone;
  std::deque<Given> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (stage_ == Stage::kStopping) return;
    stage_ = Stage::kStopping;
    waiting.swap(waiting_);
    if (alive_ == 0) all_gone_.set_value();
    gone = all_gone_.get_future();
  }
  for (auto& given : waiting) {
    given.assignment->failed({ErrorCode::kCancelled, "the server is stopping", {}});
  }
  for (const auto& child : children()) child->wire().send(Stop{});
  if (gone.wait_for(kStopGrace) == std::future_status::ready) return;
  for (const auto& child : children()) {
    if (child->is_ready())
      host_.log(telemetry::Level::kWarn, "its stop() took too long; its process was ended");
    child->end({"was ended: it did not stop", Death::Blame::kOutside});
  }
  gone.wait();
}

}  // namespace agenthost::isolation

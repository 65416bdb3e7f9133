#include "host/plugins/isolation/event_loop.hpp"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace agenthost::isolation {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::open() {
  FileDescriptor epoll(::epoll_create1(EPOLL_CLOEXEC));
  FileDescriptor wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!epoll || !wake) {
    return fail(ErrorCode::kUnavailable, std::string("no event loop for worker processes: ") +
                                             std::generic_category().message(errno) +
                                             "; raise the limit of open files");
  }
  return std::unique_ptr<EventLoop>(new EventLoop(std::move(epoll), std::move(wake)));
}

EventLoop::EventLoop(FileDescriptor epoll, FileDescriptor wake)
    : epoll_(std::move(epoll)), wake_(std::move(wake)), may_look_(std::thread::hardware_concurrency() > 1) {
  watch(wake_.get(), [this] {
    eventfd_t count = 0;
    ::eventfd_read(wake_.get(), &count);
  });
}

void EventLoop::post(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    if (jobs_.size() > 1 || running_on_ == std::this_thread::get_id()) return;  // it looks before it sleeps
  }
  ::eventfd_write(wake_.get(), 1);
}

void EventLoop::watch(int fd, std::function<void()> ready) {
  watched_[fd] = std::make_shared<std::function<void()>>(std::move(ready));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  const bool added = ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
  AGENTHOST_CHECK(added, "an open descriptor is watched once");
}

void EventLoop::unwatch(int fd) {
  if (watched_.erase(fd) != 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::want_writable(int fd, Writable writable) {
  epoll_event event{};
  event.events = writable == Writable::kWanted ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.fd = fd;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);  // fails when it is no longer watched, which is fine
}

void EventLoop::run() {
  {
    const std::lock_guard lock(mutex_);
    running_on_ = std::this_thread::get_id();
  }
  Events events{};
  while (!stopping_) {
    const auto after = run_jobs() ? WaitGuess::After::kJobs : WaitGuess::After::kEvents;
    const auto count = wait(events, after);
    for (const auto& [fd, handler] : handlers_of(events, count)) {
      const auto found = watched_.find(fd);
      // An earlier handler of this turn may have ended it, and opened another by the same number.
      if (!stopping_ && found != watched_.end() && found->second == handler) (*handler)();
    }
  }
}

std::vector<std::pair<int, EventLoop::Handler>> EventLoop::handlers_of(const Events& events,
                                                                       std::size_t count) const {
  std::vector<std::pair<int, Handler>> handlers;
  handlers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const int fd = events.at(i).data.fd;
    if (const auto found = watched_.find(fd); found != watched_.end())
      handlers.emplace_back(fd, found->second);
  }
  return handlers;
}

std::size_t EventLoop::wait(Events& events, WaitGuess::After after) {
  const auto ask = [&](int timeout_ms) {
    return ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
  };
  const auto began = Clock::now();
  int count = 0;
  if (may_look_ && guess_.is_short(after)) {
    do {
      std::this_thread::yield();  // who has work goes first: it may be what is waited for
      count = ask(0);
    } while (count == 0 && Clock::now() - began < WaitGuess::kShort);
  }
  if (count == 0) count = ask(-1);
  guess_.took(after, Clock::now() - began);
  return static_cast<std::size_t>(std::max(count, 0));  // a signal is no event
}

bool EventLoop::run_jobs() {
  bool any = false;
  std::vector<Job> jobs;
  while (!stopping_) {
    jobs.clear();  // outside the lock: what they own may post when it goes
    {
      const std::lock_guard lock(mutex_);
      jobs.swap(jobs_);
    }
    if (jobs.empty()) return any;
    any = true;
    for (auto& job : jobs) {
      if (!stopping_) job();
    }
  }
  return any;
}

void EventLoop::stop() {
  stopping_ = true;
  ::eventfd_write(wake_.get(), 1);
}

}  // namespace agenthost::isolation

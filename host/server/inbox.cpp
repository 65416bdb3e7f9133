#include "host/server/inbox.hpp"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace agenthost::server {

Inbox::Inbox() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!wake_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

bool Inbox::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    tasks_.push_back(std::move(task));
    if (tasks_.size() > 1) return true;  // the wake-up for the first one is still under way
  }
  const std::uint64_t one = 1;
  // Cannot fail in a way that matters: the counter is full only when a wake-up is already there.
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
  return true;
}

Worker* Inbox::worker_if_here() const {
  return owner_.load(std::memory_order_relaxed) == std::this_thread::get_id() ? worker_ : nullptr;
}

void Inbox::bind_to_this_thread(Worker& worker) {
  worker_ = &worker;
  owner_.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

std::vector<Inbox::Task> Inbox::take() {
  std::uint64_t wakes = 0;
  [[maybe_unused]] const auto got = ::read(wake_.get(), &wakes, sizeof wakes);
  std::vector<Task> taken;
  const std::lock_guard lock(mutex_);
  taken.swap(tasks_);
  return taken;
}

void Inbox::close() {
  owner_.store({}, std::memory_order_relaxed);
  std::vector<Task> dropped;  // declared first, destroyed after the lock is gone: a task's end may post again
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

}  // namespace agenthost::server

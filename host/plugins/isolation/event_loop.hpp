// EventLoop: one thread that waits for descriptors and runs what is posted to it. In the server it serves
// every worker process; in a worker process it is the main thread, on which nodes run.
//
// post(), want_writable() and stop() are thread-safe; watch() and unwatch() belong to the loop's thread, or
// to the time before run().
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/executor.hpp"
#include "host/base/file_descriptor.hpp"
#include "host/plugins/isolation/wait_guess.hpp"

namespace agenthost::isolation {

class EventLoop final : public Executor {
 public:
  [[nodiscard]] static Result<std::unique_ptr<EventLoop>> open();

  void post(Job job) override;

  // ready runs when fd can be read, has ended, or can be written while that is wanted.
  void watch(int fd, std::function<void()> ready);
  void unwatch(int fd);
  enum class Writable { kIgnored, kWanted };
  void want_writable(int fd, Writable writable);

  // Until stop(). Jobs left then are dropped.
  void run();
  void stop();

 private:
  using Events = std::array<epoll_event, 64>;
  // Shared because: a handler may unwatch its own descriptor.
  using Handler = std::shared_ptr<std::function<void()>>;

  EventLoop(FileDescriptor epoll, FileDescriptor wake);
  // How many events there are now.
  [[nodiscard]] std::size_t wait(Events& events, WaitGuess::After after);
  [[nodiscard]] std::vector<std::pair<int, Handler>> handlers_of(const Events& events,
                                                                 std::size_t count) const;
  // Whether there were any.
  [[nodiscard]] bool run_jobs();

  // Constant after construction
  const FileDescriptor epoll_, wake_;
  const bool may_look_;  // a lone processor is better left to those who are waited for
  std::atomic<bool> stopping_{false};

  std::mutex mutex_;
  // Guarded by mutex_
  std::vector<Job> jobs_;
  std::thread::id running_on_;
  // Owned by the loop's thread
  std::unordered_map<int, Handler> watched_;
  WaitGuess guess_;
};

}  // namespace agenthost::isolation

// Inbox: the one way from other threads into a worker. Tasks wait in a list; one eventfd write wakes the
// worker per batch, not per task. It outlives its worker: whoever holds one may post for ever, into the void
// after close(). Thread-safe.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "host/base/file_descriptor.hpp"

namespace agenthost::server {

class Worker;

class Inbox {
 public:
  using Task = std::function<void(Worker&)>;

  Inbox();  // throws std::system_error when no descriptor is left: only while a server starts

  // Runs task on the worker's thread, in the order posted. False after close(): the task is dropped.
  bool post(Task task);

  // The worker, when the caller is on its thread; otherwise nullptr.
  [[nodiscard]] Worker* worker_if_here() const;

  // For the worker alone:
  void bind_to_this_thread(Worker& worker);
  [[nodiscard]] int wake_fd() const { return wake_.get(); }
  [[nodiscard]] std::vector<Task> take();
  // From any thread once the worker takes no more: what waits is dropped.
  void close();

 private:
  // Constant after construction
  const FileDescriptor wake_;

  std::atomic<std::thread::id> owner_{};
  Worker* worker_ = nullptr;  // touched by the owner's thread only

  std::mutex mutex_;
  // Guarded by mutex_
  std::vector<Task> tasks_;
  bool closed_ = false;
};

}  // namespace agenthost::server

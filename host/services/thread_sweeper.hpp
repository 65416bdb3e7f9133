// ThreadSweeper: ends the time of threads whose ttl is over: deletes them, or all of their past but the
// latest checkpoint. What is due stands in storage, so a restart forgets nothing. A thread that works is left
// until it is done. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <vector>

#include "host/services/thread_service.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::services {

class ThreadSweeper {
 public:
  // Borrows all of them; the storage must be closed before this goes.
  ThreadSweeper(storage::Storage& storage, ThreadService& threads, Timers& timers, telemetry::Logger& logger,
                std::chrono::milliseconds interval);

  // Sweeps now, and then every interval.
  void start();
  void stop();

  // One sweep of everything that is due; tells how many threads it dealt with. From any thread.
  void sweep(Reply<int> swept);

 private:
  void sweep_batch(int so_far, const Reply<int>& swept);
  void sweep_these(const std::vector<models::Thread>& threads, const Reply<int>& swept);
  void again_later();

  storage::Storage& storage_;
  ThreadService& threads_;
  Timers& timers_;
  telemetry::Logger& logger_;
  const std::chrono::milliseconds interval_;
  std::atomic<bool> stopped_{false};
};

}  // namespace agenthost::services

// ThreadTapes: the open tapes. A tape opens when somebody wants to read it, or when a run begins that was
// started to be followed; it then records every run of its thread. Ended runs stay on it for a while, for
// clients that come back. Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "host/base/executor.hpp"
#include "host/services/run_observer.hpp"
#include "host/services/run_scheduler.hpp"
#include "host/services/thread_tape.hpp"

namespace agenthost::services {

struct TapeLimits {
  std::size_t bytes = 4U << 20U;                 // kept per thread
  std::chrono::milliseconds retention{120'000};  // of a run that has ended
};

class ThreadTapes final : public RunObserver {
 public:
  ThreadTapes(RunScheduler& scheduler, Timers& timers, TapeLimits limits);

  // The thread's tape. Runs under way are on it, with what they still hold. The thread need not exist.
  [[nodiscard]] std::shared_ptr<ThreadTape> open(const std::string& thread_id);

  void accepted(const ActiveRunPtr& run) override;
  void taken_up(const ActiveRunPtr& run) override;
  void ended(const ActiveRunPtr& run, const RunOutcome& outcome) override;
  void given_up(const models::Run& run, const Error& why) override;
  void thread_deleted(const std::string& thread_id) override;

 private:
  struct Registry {
    std::mutex mutex;
    // Guarded by mutex
    std::unordered_map<std::string, std::weak_ptr<ThreadTape>> tapes;
  };

  [[nodiscard]] std::shared_ptr<ThreadTape> find(const std::string& thread_id) const;
  [[nodiscard]] std::shared_ptr<ThreadTape> find_or_make(const std::string& thread_id,
                                                         std::uint64_t first_seq);
  void keep(const std::shared_ptr<ThreadTape>& tape, const std::string& run_id);

  // Constant after construction
  RunScheduler& scheduler_;
  Timers& timers_;
  const TapeLimits limits_;

  // Shared because: the last holder of a tape may let go after this is gone.
  const std::shared_ptr<Registry> registry_ = std::make_shared<Registry>();
};

}  // namespace agenthost::services

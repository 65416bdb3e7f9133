// RunService: creates runs, tells how they stand and ends them. Thread-safe; calls that read may block on the
// disk (reader threads).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/models/run_request.hpp"
#include "host/services/assistant_service.hpp"
#include "host/services/run_scheduler.hpp"
#include "host/storage/storage.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::services {

// What the client gets: an answer at once, the events, or the final values.
enum class Delivery { kBackground, kStream, kWait };

struct StreamLimits {
  std::size_t events = 10'000;
  std::size_t bytes = 4U << 20U;
};

class RunService {
 public:
  RunService(storage::Storage& storage, RunScheduler& scheduler, AssistantService& assistants,
             telemetry::Logger& logger, StreamLimits streams, int max_attempts);

  // On a thread. `acknowledged` is called once the run is on disk; the run may have gone on or ended by then.
  // Its events are in run->events. kNotFound assistant or thread, kConflict, kExhausted, kUnsupported.
  void create(const std::string& thread_id, models::RunRequest request, Reply<ActiveRunPtr> acknowledged);
  // Without a thread: a fresh one is made, and goes after the run unless on_completion is keep.
  void create_stateless(models::RunRequest request, Delivery delivery, Reply<ActiveRunPtr> acknowledged);
  // Whether create_stateless can be called on a thread that must not block.
  [[nodiscard]] bool can_create_without_disk(const models::RunRequest& request, Delivery delivery) const;

  // Calls back with the outcome of a run, at once when it has ended.
  void when_ended(const ActiveRunPtr& run, Ended ended);
  // The same for a run by id: of one that ended before, the thread's present values. kNotFound.
  void join(const std::string& thread_id, const std::string& run_id, Reply<RunOutcome> reply);
  // Its events; null when they are no longer kept. kNotFound.
  [[nodiscard]] Result<std::shared_ptr<runtime::EventStream>> events(std::string_view thread_id,
                                                                     std::string_view run_id);

  [[nodiscard]] Result<models::Run> get(std::string_view thread_id, std::string_view run_id);
  [[nodiscard]] Result<storage::Found<models::Run>> list(std::string_view thread_id,
                                                         std::optional<models::RunStatus> status,
                                                         storage::Page page);
  // Idempotent. `reply` comes at once, or with kUntilEnded when the run has stopped. kNotFound.
  enum class CancelWait { kNo, kUntilEnded };
  void cancel(const std::string& thread_id, const std::string& run_id, CancelAction action, CancelWait wait,
              Reply<std::monostate> reply);
  // kConflict while it is active.
  void remove(const std::string& thread_id, const std::string& run_id, Reply<std::monostate> reply);

  // At the start: takes up what the last stop or crash left pending or running.
  [[nodiscard]] Status recover();

 private:
  [[nodiscard]] Result<ActiveRunPtr> prepare(const std::string& thread_id, models::RunRequest request,
                                             const models::Assistant& assistant,
                                             std::string_view thread_config) const;
  void submit(const ActiveRunPtr& run, std::optional<models::Thread> fresh,
              const Reply<ActiveRunPtr>& acknowledged);
  void give_up(const models::Run& row, const std::string& reason);
  [[nodiscard]] std::shared_ptr<runtime::EventStream> new_events() const;

  storage::Storage& storage_;
  RunScheduler& scheduler_;
  AssistantService& assistants_;
  telemetry::Logger& logger_;
  const StreamLimits streams_;
  const int max_attempts_;
};

}  // namespace agenthost::services

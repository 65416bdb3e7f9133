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
#include "host/services/stored_events.hpp"
#include "host/storage/storage.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::services {

// What the client gets: an answer at once, the events, or the final values.
enum class Delivery { kBackground, kStream, kWait };

// The events of a run and what its creator wanted to see of them.
struct RunStream {
  std::string thread_id, run_id;
  std::shared_ptr<runtime::EventStream> events;  // null: no longer kept
  models::RunRequest asked;
};

class RunService {
 public:
  // webhooks may be null: then a run that asks for one is refused.
  RunService(storage::Storage& storage, RunScheduler& scheduler, AssistantService& assistants,
             telemetry::Logger& logger, StreamLimits streams, int max_attempts,
             WebhookService* webhooks = nullptr);

  // On a thread. `acknowledged` is called once the run is on disk; the run may have gone on or ended by then.
  // With kWait nobody may be told of the run sooner, so its row may wait for what the run writes at once.
  // Its events are in run->events. kNotFound assistant or thread, kConflict, kExhausted, kInvalid webhook.
  // `together` is committed with the run's row, or neither is.
  void create(const std::string& thread_id, models::RunRequest request, Delivery delivery,
              Reply<ActiveRunPtr> acknowledged, storage::Batch together = {});
  // Without a thread: a fresh one is made, and goes after the run unless on_completion is keep.
  void create_stateless(models::RunRequest request, Delivery delivery, Reply<ActiveRunPtr> acknowledged,
                        storage::Batch together = {});
  // Several of them in the background: all or none.
  void create_batch(std::vector<models::RunRequest> requests, Reply<std::vector<ActiveRunPtr>> acknowledged);
  // Whether the run's webhook, if it has one, may be called. kInvalid.
  [[nodiscard]] Status check_webhook(const models::RunRequest& request) const;
  // Whether create_stateless can be called on a thread that must not block.
  [[nodiscard]] bool can_create_without_disk(const models::RunRequest& request, Delivery delivery) const;

  // Below, an empty thread_id means: whatever thread the run is on.

  // Calls back with the outcome of a run, at once when it has ended.
  void when_ended(const ActiveRunPtr& run, Ended ended);
  // The same for a run by id: of one that ended before, the values of its last checkpoint. kNotFound.
  void join(const std::string& thread_id, const std::string& run_id, Reply<RunOutcome> reply);
  // kNotFound.
  [[nodiscard]] Result<RunStream> stream(std::string_view thread_id, std::string_view run_id);

  [[nodiscard]] Result<models::Run> get(std::string_view thread_id, std::string_view run_id);
  [[nodiscard]] Result<storage::Found<models::Run>> list(std::string_view thread_id,
                                                         std::optional<models::RunStatus> status,
                                                         storage::Page page);
  // Idempotent. `reply` comes at once, or with kUntilEnded when the run has stopped. kNotFound.
  enum class CancelWait { kNo, kUntilEnded };
  struct Cancellation {
    CancelAction action = CancelAction::kInterrupt;
    CancelWait wait = CancelWait::kNo;
    std::optional<std::string> reason = {};
  };
  void cancel(const std::string& thread_id, const std::string& run_id, const Cancellation& how,
              Reply<std::monostate> reply);
  // For whoever's client has gone. Nothing happens when it is not active.
  void cancel_active(const std::string& run_id) { scheduler_.cancel(run_id, CancelAction::kInterrupt); }
  // How many of these runs of a thread exist, and cancels those that are active.
  [[nodiscard]] std::size_t cancel_these(const std::string& thread_id,
                                         const std::vector<std::string>& run_ids, CancelAction action);
  // Cancels all that are active, on whatever thread. How many they were.
  [[nodiscard]] std::size_t cancel_all(RunScheduler::Which which, CancelAction action);
  // kConflict while it is active.
  void remove(const std::string& thread_id, const std::string& run_id, Reply<std::monostate> reply);

  // At the start: takes up what the last stop or crash left pending or running.
  [[nodiscard]] Status recover();

 private:
  [[nodiscard]] Result<ActiveRunPtr> prepare(const models::Thread& thread, models::RunRequest request,
                                             const models::Assistant& assistant) const;
  [[nodiscard]] Result<ActiveRunPtr> prepare_stateless(models::RunRequest request, Delivery delivery,
                                                       const models::Assistant& assistant) const;
  [[nodiscard]] Result<ActiveRunPtr> prepare_again(const models::Run& row);
  void submit(const ActiveRunPtr& run, std::optional<models::Thread> fresh,
              const Reply<ActiveRunPtr>& acknowledged);
  void submit_stateless(const ActiveRunPtr& run, const Reply<ActiveRunPtr>& acknowledged);
  void give_up(const models::Run& row, const std::string& reason);
  [[nodiscard]] std::shared_ptr<runtime::EventStream> new_events(const ActiveRun& run) const;
  [[nodiscard]] Result<std::shared_ptr<runtime::EventStream>> events_again(const ActiveRun& run) const;

  storage::Storage& storage_;
  RunScheduler& scheduler_;
  AssistantService& assistants_;
  telemetry::Logger& logger_;
  const StreamLimits streams_;
  const int max_attempts_;
  WebhookService* const webhooks_;
};

}  // namespace agenthost::services

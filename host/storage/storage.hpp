// Storage: rows and transactions, no rules.
//
// Writes are queued and committed in the order they were queued; whatever waits is committed together (group
// commit). A batch is atomic: it is applied whole or not at all, and its `done` is called once, after the
// commit is on disk, from the writer's thread: it must be quick and must not throw. A failed batch does not
// affect its neighbours.
//
// Reads block on the disk and see every committed batch: call them from a reader thread (readers()), never
// from an I/O or runtime thread. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/executor.hpp"
#include "host/models/assistant.hpp"
#include "host/models/checkpoint.hpp"
#include "host/models/cron.hpp"
#include "host/models/run.hpp"
#include "host/models/run_event.hpp"
#include "host/models/store_item.hpp"
#include "host/models/thread.hpp"
#include "host/models/webhook.hpp"
#include "host/telemetry/metric_page.hpp"

namespace agenthost::storage {

// ---- Writes ----

// kAlreadyExists when the id is taken.
struct InsertAssistant {
  models::Assistant assistant;
};
// Makes the next version from the given values (version and created_at are ignored) and makes it current.
// metadata is merged over the stored one. kNotFound.
struct UpdateAssistant {
  std::string assistant_id;
  std::optional<std::string> graph_id = {}, config = {}, context = {}, metadata = {}, name = {},
                             description = {};
  Micros now = 0;
};
// Makes an older version current. kNotFound "Assistant version not found".
struct SetAssistantVersion {
  std::string assistant_id;
  int version = 0;
  Micros now = 0;
};
// With its versions; with_threads also the threads whose metadata.assistant_id is it. kNotFound.
enum class WithThreads { kNo, kYes };
struct DeleteAssistant {
  std::string assistant_id;
  WithThreads with_threads = WithThreads::kNo;
};

// kAlreadyExists when the id is taken.
struct InsertThread {
  models::Thread thread;
};
// metadata is merged (top level). Absent members stay. kNotFound.
struct UpdateThread {
  std::string thread_id;
  Micros now = 0;  // the new updated_at; 0 leaves it
  std::optional<std::string> merge_metadata = {};
  std::optional<models::ThreadStatus> status = {};
  std::optional<std::string> config = {};
  std::optional<std::string> interrupts = {};
  std::optional<std::string> error = {};
  bool state_changed = false;  // sets state_updated_at to now
  std::optional<models::Ttl> ttl = {};
};
// Brings status and interrupts of a thread in line with what storage has: busy while a run is pending or
// running, else error when the thread keeps one, else interrupted while its latest checkpoint waits for an
// answer, else idle. kNotFound.
struct SettleThread {
  std::string thread_id;
  Micros now = 0;
};
// With its runs and checkpoints. kNotFound.
struct DeleteThread {
  std::string thread_id;
};
// The source's checkpoints of every namespace under a new id, its metadata with that id, its status (when it
// is busy that of its state: no run comes along), its config and interrupts. kConflict "Thread not found".
struct CopyThread {
  std::string source_id;
  std::string thread_id;
  Micros now = 0;
  std::optional<models::Ttl> ttl = {};
};
// Deletes all checkpoints but the latest, and those of subgraphs that its tasks are in. Its parent is gone
// then. kNotFound; kConflict while the thread is busy.
struct KeepLatestCheckpoint {
  std::string thread_id;
  std::optional<Micros> expires_at = {};  // when the thread's ttl is over again
};

// kNotFound when the thread is missing. With kYes its events may be kept, too.
enum class KeepEvents { kNo, kYes };
struct InsertRun {
  models::Run run;
  KeepEvents keep_events = KeepEvents::kNo;
};
struct UpdateRun {
  std::string run_id;
  Micros now = 0;
  std::optional<models::RunStatus> status = {};
  std::optional<int> attempts = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cancel_reason = {};
};
// The row, its events, and with kYes also the checkpoints it made (rollback). kNotFound.
enum class WithCheckpoints { kNo, kYes };
struct DeleteRun {
  std::string thread_id;
  std::string run_id;
  WithCheckpoints with_checkpoints = WithCheckpoints::kNo;
};

// Values whose version is already stored for the thread are not written again. kNotFound when the thread, or
// the run that made it, is missing.
struct InsertCheckpoint {
  models::Checkpoint checkpoint;
};
// Replaces the tasks of a checkpoint: results, interrupts, answers and errors as they come in.
struct UpdateCheckpointTasks {
  std::string thread_id;
  std::string checkpoint_ns;
  std::string checkpoint_id;
  std::vector<models::CheckpointTask> tasks;
};
struct UpdateCheckpointMetadata {
  std::string thread_id;
  std::string checkpoint_ns;
  std::string checkpoint_id;
  std::string metadata;
};

// Replaces the item of that namespace and key, which keeps its created_at unless its time was over. Absent
// ttl: it stays until it is deleted.
struct PutStoreItem {
  models::StoreItem item;
  std::optional<Micros> ttl = {};
};
// No error when there is none.
struct DeleteStoreItem {
  models::Namespace name_space;
  std::string key;
};
// Gives the items whose time is not over their whole ttl again. No error for those that have none.
struct RefreshStoreItems {
  struct Item {
    models::Namespace name_space;
    std::string key;
  };
  std::vector<Item> items;
  Micros now = 0;
};
// Deletes items whose time is over, at most so many.
struct SweepStore {
  Micros now = 0;
  int limit = 1'000;
};

// Adds events of a run inserted with kYes, and forgets those with an id up to forget_through. Events of a run
// that is gone are dropped without an error.
struct AppendRunEvents {
  std::string run_id;
  std::vector<models::RunEvent> events;
  std::uint64_t forget_through = 0;
};
// The run has ended: its events stay until somebody else's call names a later moment. Forgets the events of
// all runs that ended before forget_before.
struct EndRunEvents {
  std::string run_id;
  Micros now = 0;
  Micros forget_before = 0;
};

// kAlreadyExists when the id is taken.
struct InsertWebhook {
  models::Webhook webhook;
};
// kNotFound.
struct UpdateWebhook {
  std::string webhook_id;
  int attempts = 0;
  Micros due_at = 0;
};
struct DeleteWebhook {
  std::string webhook_id;
};

// kNotFound when its assistant or its thread is missing.
struct InsertCron {
  models::Cron cron;
};
// Replaces everything but the ids and created_at. kNotFound; kConflict when it was changed or has fired since
// `seen`: its updated_at and next run as they were when the change was worked out.
struct UpdateCron {
  struct Seen {
    Micros updated_at = 0;
    std::optional<Micros> next_run = {};
  };
  models::Cron cron;
  Seen seen;
};
// kNotFound.
struct DeleteCron {
  std::string cron_id;
};
// The cron that was due at `due` has had its turn: in one batch with the run that is its turn, so that no
// tick is lost or comes twice. kNotFound; kConflict when it is not due then (any more).
struct FireCron {
  std::string cron_id;
  Micros due = 0;
  std::optional<Micros> next_run = {};
};

using Write =
    std::variant<InsertAssistant, UpdateAssistant, SetAssistantVersion, DeleteAssistant, InsertThread,
                 UpdateThread, SettleThread, DeleteThread, CopyThread, KeepLatestCheckpoint, InsertRun,
                 UpdateRun, DeleteRun, InsertCheckpoint, UpdateCheckpointTasks, UpdateCheckpointMetadata,
                 PutStoreItem, DeleteStoreItem, RefreshStoreItems, SweepStore, AppendRunEvents, EndRunEvents,
                 InsertWebhook, UpdateWebhook, DeleteWebhook, InsertCron, UpdateCron, DeleteCron, FireCron>;
using Batch = std::vector<Write>;
using Committed = std::function<void(Status)>;
// How soon a batch is committed: at once, or within some milliseconds, together with what comes meanwhile,
// for what nobody waits for and nobody was told: rows that change again soon are then written once.
enum class Haste { kNow, kSoon };

// ---- Reads ----

struct Page {
  int limit = 10;
  int offset = 0;
};
enum class Order { kAscending, kDescending };

struct AssistantFilter {
  std::optional<std::string> graph_id = {}, name_contains = {}, metadata_contains = {};
  std::string sort_by = "created_at";
  Order order = Order::kDescending;
};
struct ThreadFilter {
  std::optional<std::string> metadata_contains = {};
  // Of the latest root state; a thread without one never matches.
  std::optional<std::string> values_contain = {};
  std::optional<models::ThreadStatus> status = {};
  std::vector<std::string> ids = {};
  std::string sort_by = "created_at";
  Order order = Order::kDescending;
};
struct CheckpointFilter {
  std::string checkpoint_ns = {};
  std::optional<std::string> before = {};  // strictly older than this id
  std::optional<std::string> metadata_contains = {};
  int limit = 10;
};

// Items whose time is over by `now` are not found.
struct StoreFilter {
  models::Namespace prefix = {};
  std::optional<std::string> value_matches = {};  // see models::matches_filter
  Micros now = 0;
};
// "*" stands for any one label.
struct NamespaceFilter {
  models::Namespace prefix = {}, suffix = {};
  std::optional<int> max_depth = {};  // longer ones are cut to so many labels
  Micros now = 0;
};

struct CronFilter {
  std::optional<std::string> assistant_id = {}, thread_id = {}, metadata_contains = {};
  std::optional<bool> enabled = {};
  std::string sort_by = "created_at";  // as the API names it
  Order order = Order::kDescending;
};

template <class T>
struct Found {
  std::vector<T> rows;
  int total = 0;  // matches without limit and offset
};

// What a thread takes on disk, in bytes of its rows' texts.
struct ThreadUsage {
  struct Part {
    std::int64_t count = 0, bytes = 0;
  };
  Part checkpoints, channel_values, pending_writes;
  std::map<std::string, Part> by_channel;
};

struct Counts {
  std::int64_t assistants = 0, threads = 0, runs = 0;
};

class Storage {
 public:
  virtual ~Storage() = default;

  void write(Batch batch, Committed done) { write(std::move(batch), std::move(done), Haste::kNow); }
  virtual void write(Batch batch, Committed done, Haste haste) = 0;

  // A pool on which reads may block.
  [[nodiscard]] virtual Executor& readers() = 0;

  // Absent rows are kNotFound with the contract's text ("Thread with ID x not found").
  [[nodiscard]] virtual Result<models::Assistant> assistant(std::string_view id) = 0;
  [[nodiscard]] virtual Result<Found<models::Assistant>> assistants(const AssistantFilter& filter,
                                                                    Page page) = 0;
  // Newest first; metadata_contains may be absent.
  [[nodiscard]] virtual Result<Found<models::Assistant>> assistant_versions(
      std::string_view id, const std::optional<std::string>& metadata_contains, Page page) = 0;

  [[nodiscard]] virtual Result<models::Thread> thread(std::string_view id) = 0;
  // A page of no rows costs the count alone.
  [[nodiscard]] virtual Result<Found<models::Thread>> threads(const ThreadFilter& filter, Page page) = 0;
  // Those whose ttl is over and on which nothing runs, the longest overdue first.
  [[nodiscard]] virtual Result<std::vector<models::Thread>> expired_threads(Micros now, int limit) = 0;
  // The JSON object of the latest root state, or nullopt; channels: only these, empty = all.
  [[nodiscard]] virtual Result<std::optional<std::string>> latest_values(
      std::string_view thread_id, const std::vector<std::string>& channels) = 0;
  [[nodiscard]] virtual Result<ThreadUsage> thread_usage(std::string_view thread_id) = 0;

  [[nodiscard]] virtual Result<models::Run> run(std::string_view thread_id, std::string_view run_id) = 0;
  // The same when only the run's id is known.
  [[nodiscard]] virtual Result<models::Run> run(std::string_view run_id) = 0;
  // Newest first; oldest first for kPending, which is the order of the queue.
  [[nodiscard]] virtual Result<Found<models::Run>> runs(std::string_view thread_id,
                                                        std::optional<models::RunStatus> status,
                                                        Page page) = 0;
  // Every pending or running run, oldest first: what a start after a crash has to take up.
  [[nodiscard]] virtual Result<std::vector<models::Run>> active_runs() = 0;

  // The events kept of a run, in order; nullopt when it was not inserted with kYes or they are forgotten.
  [[nodiscard]] virtual Result<std::optional<std::vector<models::RunEvent>>> run_events(
      std::string_view run_id) = 0;

  // Without their bodies, in the order in which they are due.
  [[nodiscard]] virtual Result<std::vector<models::Webhook>> webhooks() = 0;
  [[nodiscard]] virtual Result<models::Webhook> webhook(std::string_view webhook_id) = 0;

  // The newest checkpoint of a namespace, or nullopt.
  [[nodiscard]] virtual Result<std::optional<models::Checkpoint>> latest_checkpoint(
      std::string_view thread_id, std::string_view ns) = 0;
  // The newest root checkpoint that a run made, or nullopt.
  [[nodiscard]] virtual Result<std::optional<models::Checkpoint>> last_checkpoint_of(
      std::string_view thread_id, std::string_view run_id) = 0;
  [[nodiscard]] virtual Result<models::Checkpoint> checkpoint(std::string_view thread_id, std::string_view ns,
                                                              std::string_view checkpoint_id) = 0;
  // Newest first.
  [[nodiscard]] virtual Result<std::vector<models::Checkpoint>> history(std::string_view thread_id,
                                                                        const CheckpointFilter& filter) = 0;

  [[nodiscard]] virtual Result<std::optional<models::StoreItem>> store_item(
      const models::Namespace& name_space, std::string_view key, Micros now) = 0;
  // Last changed first.
  [[nodiscard]] virtual Result<std::vector<models::StoreItem>> store_items(const StoreFilter& filter,
                                                                           Page page) = 0;
  // In ascending order, each once.
  [[nodiscard]] virtual Result<std::vector<models::Namespace>> store_namespaces(const NamespaceFilter& filter,
                                                                                Page page) = 0;
  // When the time of the next item is over.
  [[nodiscard]] virtual Result<std::optional<Micros>> next_store_expiry() = 0;

  [[nodiscard]] virtual Result<models::Cron> cron(std::string_view id) = 0;
  [[nodiscard]] virtual Result<Found<models::Cron>> crons(const CronFilter& filter, Page page) = 0;
  // Those whose next run is at or before `now`, longest due first.
  [[nodiscard]] virtual Result<std::vector<models::Cron>> due_crons(Micros now, int limit) = 0;
  // When the next cron is due.
  [[nodiscard]] virtual Result<std::optional<Micros>> next_cron_time() = 0;

  [[nodiscard]] virtual Result<Counts> counts() = 0;
  // How it keeps up with its work.
  virtual void add_metrics(telemetry::MetricPage& page) const = 0;

  // Commits what is queued, refuses more (kUnavailable), closes. Idempotent.
  virtual void close() = 0;
};

}  // namespace agenthost::storage

#include "host/storage/sqlite/sqlite_storage.hpp"

#include <algorithm>

#include "host/storage/sqlite/connection_pool.hpp"
#include "host/storage/sqlite/group_writer.hpp"
#include "host/storage/sqlite/query.hpp"
#include "host/storage/sqlite/reads.hpp"
#include "host/storage/sqlite/schema.hpp"

namespace agenthost::storage {
namespace {

using Connections = std::vector<std::unique_ptr<Connection>>;

// One read transaction: every statement of a read sees the same commits.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection) : connection_(connection) { Query(connection, "BEGIN").run(); }
  ~Snapshot() { connection_.database().tryExec("ROLLBACK"); }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Connection& connection_;
};

class SqliteStorage final : public Storage {
 public:
  // Without readers the reads take turns with the writer on its connection.
  SqliteStorage(std::unique_ptr<Connection> writer, Connections readers, unsigned threads)
      : writing_(one(std::move(writer))), threads_("storage-read", threads), writer_(writing_) {
    if (!readers.empty()) reading_.emplace(std::move(readers));
  }
  ~SqliteStorage() override { shut(); }

  void write(Batch batch, Committed done, Haste haste) override {
    writer_.push(std::move(batch), std::move(done), haste);
  }
  Executor& readers() override { return threads_; }
  void close() override { shut(); }
  void add_metrics(telemetry::MetricPage& page) const override { writer_.add_metrics(page); }

  Result<models::Assistant> assistant(std::string_view id) override {
    return read([&](Connection& from) { return read_assistant(from, id); });
  }
  Result<Found<models::Assistant>> assistants(const AssistantFilter& filter, Page page) override {
    return read([&](Connection& from) { return read_assistants(from, filter, page); });
  }
  Result<Found<models::Assistant>> assistant_versions(std::string_view id,
                                                      const std::optional<std::string>& metadata_contains,
                                                      Page page) override {
    return read([&](Connection& from) { return read_assistant_versions(from, id, metadata_contains, page); });
  }
  Result<models::Thread> thread(std::string_view id) override {
    return read([&](Connection& from) { return read_thread(from, id); });
  }
  Result<Found<models::Thread>> threads(const ThreadFilter& filter, Page page) override {
    return read([&](Connection& from) { return read_threads(from, filter, page); });
  }
  Result<std::vector<models::Thread>> expired_threads(Micros now, int limit) override {
    return read([&](Connection& from) { return read_expired_threads(from, now, limit); });
  }
  Result<std::optional<std::string>> latest_values(std::string_view thread_id,
                                                   const std::vector<std::string>& channels) override {
    return read([&](Connection& from) { return read_latest_values(from, thread_id, channels); });
  }
  Result<ThreadUsage> thread_usage(std::string_view thread_id) override {
    return read([&](Connection& from) { return read_thread_usage(from, thread_id); });
  }
  Result<models::Run> run(std::string_view thread_id, std::string_view run_id) override {
    return read([&](Connection& from) { return read_run(from, thread_id, run_id); });
  }
  Result<models::Run> run(std::string_view run_id) override {
    return read([&](Connection& from) { return read_run(from, run_id); });
  }
  Result<std::optional<std::vector<models::RunEvent>>> run_events(std::string_view run_id) override {
    return read([&](Connection& from) { return read_run_events(from, run_id); });
  }
  Result<std::vector<models::Webhook>> webhooks() override {
    return read([](Connection& from) { return read_webhooks(from); });
  }
  Result<models::Webhook> webhook(std::string_view webhook_id) override {
    return read([&](Connection& from) { return read_webhook(from, webhook_id); });
  }
  Result<std::optional<models::Checkpoint>> last_checkpoint_of(std::string_view thread_id,
                                                               std::string_view run_id) override {
    return read([&](Connection& from) { return read_last_checkpoint_of(from, thread_id, run_id); });
  }
  Result<Found<models::Run>> runs(std::string_view thread_id, std::optional<models::RunStatus> status,
                                  Page page) override {
    return read([&](Connection& from) { return read_runs(from, thread_id, status, page); });
  }
  Result<std::vector<models::Run>> active_runs() override {
    return read([](Connection& from) { return read_active_runs(from); });
  }
  Result<std::optional<models::Checkpoint>> latest_checkpoint(std::string_view thread_id,
                                                              std::string_view ns) override {
    return read([&](Connection& from) { return read_latest_checkpoint(from, thread_id, ns); });
  }
  Result<models::Checkpoint> checkpoint(std::string_view thread_id, std::string_view ns,
                                        std::string_view checkpoint_id) override {
    return read([&](Connection& from) { return read_checkpoint(from, thread_id, ns, checkpoint_id); });
  }
  Result<std::vector<models::Checkpoint>> history(std::string_view thread_id,
                                                  const CheckpointFilter& filter) override {
    return read([&](Connection& from) { return read_history(from, thread_id, filter); });
  }
  Result<std::optional<models::StoreItem>> store_item(const models::Namespace& name_space,
                                                      std::string_view key, Micros now) override {
    return read([&](Connection& from) { return read_store_item(from, name_space, key, now); });
  }
  Result<std::vector<models::StoreItem>> store_items(const StoreFilter& filter, Page page) override {
    return read([&](Connection& from) { return read_store_items(from, filter, page); });
  }
  Result<std::vector<models::Namespace>> store_namespaces(const NamespaceFilter& filter, Page page) override {
    return read([&](Connection& from) { return read_store_namespaces(from, filter, page); });
  }
  Result<std::optional<Micros>> next_store_expiry() override {
    return read([](Connection& from) { return read_next_store_expiry(from); });
  }
  Result<models::Cron> cron(std::string_view id) override {
    return read([&](Connection& from) { return read_cron(from, id); });
  }
  Result<Found<models::Cron>> crons(const CronFilter& filter, Page page) override {
    return read([&](Connection& from) { return read_crons(from, filter, page); });
  }
  Result<std::vector<models::Cron>> due_crons(Micros now, int limit) override {
    return read([&](Connection& from) { return read_due_crons(from, now, limit); });
  }
  Result<std::optional<Micros>> next_cron_time() override {
    return read([](Connection& from) { return read_next_cron_time(from); });
  }
  Result<Counts> counts() override {
    return read([](Connection& from) { return read_counts(from); });
  }

 private:
  static Connections one(std::unique_ptr<Connection> connection) {
    Connections connections;
    connections.push_back(std::move(connection));
    return connections;
  }

  template <class Work>
  auto read(Work work) -> decltype(work(std::declval<Connection&>())) {
    const auto connection = (reading_ ? *reading_ : writing_).lend();
    if (!connection) return fail(connection.error());
    return guarded(**connection, [&] {
      const Snapshot snapshot(**connection);
      return work(**connection);
    });
  }

  // The writer's connection goes last: the last one to close folds the log into the database.
  void shut() {
    std::call_once(shut_, [this] {
      writer_.stop();
      threads_.stop();
      if (reading_) reading_->close();
      writing_.close();
    });
  }

  std::once_flag shut_;
  ConnectionPool writing_;
  std::optional<ConnectionPool> reading_;
  ThreadPool threads_;
  GroupWriter writer_;
};

// An in-memory database belongs to one connection, so it gets no readers of its own.
Result<Connections> open_readers(const SqliteOptions& options) {
  Connections readers;
  if (options.file.empty()) return readers;
  for (unsigned i = 0; i < std::max(options.readers, 1u); ++i) {
    auto reader = Connection::open(options.file, Role::kReader);
    if (!reader) return fail(reader.error());
    readers.push_back(std::move(*reader));
  }
  return readers;
}

}  // namespace

Result<std::unique_ptr<Storage>> open_sqlite(const SqliteOptions& options) {
  auto writer = Connection::open(options.file, Role::kWriter);
  if (!writer) return fail(writer.error());
  if (auto migrated = migrate(**writer, options.migrating); !migrated) return fail(migrated.error());
  auto readers = open_readers(options);
  if (!readers) return fail(readers.error());
  return std::make_unique<SqliteStorage>(std::move(*writer), std::move(*readers),
                                         std::max(options.readers, 1u));
}

}  // namespace agenthost::storage

// RunHouse: the services of runs on a real (in-memory or file) database, with scripted nodes whose tasks the
// test ends when it likes. For one thread, the test's; Tasks is thread-safe.
#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "host/services/run_service.hpp"
#include "host/services/state_service.hpp"
#include "host/services/thread_service.hpp"
#include "host/storage/sqlite/sqlite_storage.hpp"
#include "tests/support/scripted_catalog.hpp"

namespace agenthost::test {

using models::RunRequest;
using models::RunStatus;
using models::ThreadStatus;
using services::ActiveRunPtr;
using services::RunOutcome;

inline constexpr auto* kOneNodeGraph = R"({"graph_id":"g","channels":[{"name":"foo","reducer":"append"}],
  "nodes":[{"name":"work"}],"edges":[["__start__","work"],["work","__end__"]]})";

// Hands over the tasks a node is given, so that the test decides when and how each ends.
class Tasks {
 public:
  void take(const runtime::NodeCall& call, std::shared_ptr<runtime::TaskSink> sink) {
    const std::lock_guard lock(mutex_);
    started_.push_back({call, std::move(sink)});
    wake_.notify_all();
  }
  struct Started {
    runtime::NodeCall call;
    std::shared_ptr<runtime::TaskSink> sink;
  };
  // The n-th task ever started; waits for it.
  Started at(std::size_t index) {
    std::unique_lock lock(mutex_);
    const bool there =
        wake_.wait_for(lock, std::chrono::seconds(20), [&] { return started_.size() > index; });
    AGENTHOST_CHECK(there, "the task was not started in time");
    return started_[index];
  }
  std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return started_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Started> started_;
};

inline ScriptedCatalog scripted_graphs(Tasks& tasks) {
  ScriptedCatalog graphs;
  auto& executor = graphs.add(kOneNodeGraph);
  executor.nodes["work"] = [&tasks](const auto& call, const auto& sink) { tasks.take(call, sink); };
  executor.on_cancel = [](auto, auto& sink) { sink.done(Error{ErrorCode::kCancelled, "stopped"}); };
  return graphs;
}

// The services on a real (in-memory or file) database, with scripted nodes.
struct RunHouse {
  explicit RunHouse(Tasks& tasks, const std::filesystem::path& file = {},
                    services::SchedulerLimits limits = {}, services::WebhookSender* sender = nullptr)
      : storage(*storage::open_sqlite({file, 2})),
        graphs(scripted_graphs(tasks)),
        scheduler(*storage, pool, timers, logger, limits, with_webhooks(sender)) {
    std::promise<Status> installed;
    assistants.install_system_assistants([&](Status status) { installed.set_value(std::move(status)); });
    EXPECT_TRUE(installed.get_future().get());
  }
  ~RunHouse() {
    scheduler.stop();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    while (scheduler.in_flight() > 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    storage->close();
    pool.stop();
  }

  std::string thread() {
    models::Thread row;
    row.thread_id = new_uuid7();
    std::promise<bool> made;
    threads.create(row, services::IfExists::kRaise,
                   [&](const auto& view) { made.set_value(view.has_value()); });
    EXPECT_TRUE(made.get_future().get());
    return row.thread_id;
  }
  Result<ActiveRunPtr> create(const std::string& thread_id, RunRequest request) {
    std::promise<Result<ActiveRunPtr>> created;
    runs.create(thread_id, std::move(request), services::Delivery::kBackground,
                [&](Result<ActiveRunPtr> run) { created.set_value(std::move(run)); });
    return created.get_future().get();
  }
  std::future<RunOutcome> ended(const ActiveRunPtr& run) {
    auto promise = std::make_shared<std::promise<RunOutcome>>();
    runs.when_ended(run, [promise](const RunOutcome& outcome) { promise->set_value(outcome); });
    return promise->get_future();
  }
  RunStatus status(const ActiveRunPtr& run) {
    return storage->run(run->row.thread_id, run->row.run_id)->status;
  }
  ThreadStatus thread_status(const std::string& id) { return storage->thread(id)->status; }

  services::WebhookService* with_webhooks(services::WebhookSender* sender) {
    if (sender == nullptr) return nullptr;
    webhooks.emplace(*storage, timers, logger, *sender,
                     services::WebhookLimits{3, std::chrono::milliseconds(1), 4});
    return &*webhooks;
  }
  // The n-th commit of the storage is behind us: whatever was written before is on disk.
  void settle() {
    std::promise<void> written;
    storage->write({}, [&](const Status&) { written.set_value(); });
    written.get_future().get();
  }

  telemetry::Logger logger{telemetry::Level::kOff};
  ThreadPool pool{"test", 2};
  Timers timers{pool};
  std::unique_ptr<storage::Storage> storage;
  ScriptedCatalog graphs;
  std::optional<services::WebhookService> webhooks;
  services::RunScheduler scheduler;
  services::AssistantService assistants{*storage, graphs};
  services::ThreadService threads{*storage, scheduler};
  services::StateService states{*storage, scheduler, graphs, 16U << 20U};
  services::RunService runs{*storage, scheduler, assistants, logger, {}, 3, webhooks ? &*webhooks : nullptr};
};

inline RunRequest ask(std::string input = R"({"foo":["in"]})") {
  RunRequest request;
  request.assistant_id = "g";
  request.input = std::move(input);
  return request;
}
inline RunRequest ask_with(models::MultitaskStrategy strategy) {
  auto request = ask(R"({"foo":["next"]})");
  request.multitask_strategy = strategy;
  return request;
}
inline RunRequest answer(std::string value) {
  RunRequest request;
  request.assistant_id = "g";
  request.resume = std::move(value);
  return request;
}

}  // namespace agenthost::test

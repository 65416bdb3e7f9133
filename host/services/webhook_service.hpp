// WebhookService: sees to it that word of a run that ended reaches whoever was promised it.
//
// What is owed is a row in storage, written with the run's outcome and removed when it was delivered or given
// up, so a restart loses none; a crash between delivery and removal repeats one. Never touches the run.
// Thread-safe; nothing in it waits.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "host/base/executor.hpp"
#include "host/storage/storage.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::services {

// The way out, which the application provides. Thread-safe.
struct WebhookSender {
  virtual ~WebhookSender() = default;
  // kInvalid when nothing could ever be delivered to this URL.
  [[nodiscard]] virtual Status check(std::string_view url) const = 0;
  // Posts body (JSON) once. `done` comes exactly once: the status of the answer, or why there is none:
  // kDenied when there never will be one.
  virtual void post(const std::string& webhook_id, const std::string& url, std::string body,
                    std::function<void(Result<int>)> done) = 0;
};

struct WebhookLimits {
  int attempts = 5;
  std::chrono::milliseconds backoff{1'000};  // the first pause, doubled each time
  std::size_t in_flight = 16;
};

class WebhookService {
 public:
  WebhookService(storage::Storage& storage, Timers& timers, telemetry::Logger& logger, WebhookSender& sender,
                 WebhookLimits limits);

  [[nodiscard]] Status check(std::string_view url) const { return sender_.check(url); }
  // Takes up what the last stop or crash left; call once, when the sender works. Nothing is sent before.
  [[nodiscard]] Status start();
  // Its row is in storage. Twice is once.
  void deliver(const std::string& webhook_id);

 private:
  void send_next();
  void send(const std::string& webhook_id);
  void answered(const models::Webhook& webhook, const Result<int>& answer);
  void forget(const std::string& webhook_id);
  void finish_one();
  void queue(const std::string& webhook_id);
  // Calls `then` once the write is on disk.
  void settle(storage::Write write, Job then);
  void deliver_at(const std::string& webhook_id, Micros when);

  // Constant after construction
  storage::Storage& storage_;
  Timers& timers_;
  telemetry::Logger& logger_;
  WebhookSender& sender_;
  const WebhookLimits limits_;

  std::mutex mutex_;
  // Guarded by mutex_
  std::unordered_set<std::string> known_;  // waiting for their moment or their turn, or on their way
  std::deque<std::string> waiting_;
  std::size_t in_flight_ = 0;
  bool started_ = false;
};

}  // namespace agenthost::services

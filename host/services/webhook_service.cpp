#include "host/services/webhook_service.hpp"

#include <algorithm>

namespace agenthost::services {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestPause{600'000};

bool is_worth_another_try(const Result<int>& answer) {
  if (!answer) return answer.error().code != ErrorCode::kDenied;
  return *answer == 429 || *answer >= 500;
}

std::string why(const Result<int>& answer) {
  return answer ? "it was answered with status " + std::to_string(*answer) : answer.error().text;
}

// For the log: paths and queries of webhooks are often secrets.
std::string_view origin(std::string_view url) {
  const auto host = url.find("//");
  return host == std::string_view::npos ? "this server" : url.substr(0, url.find('/', host + 2));
}

milliseconds pause_after(int attempts, milliseconds first) {
  auto pause = first;
  for (int i = 1; i < attempts && pause < kLongestPause; ++i) pause *= 2;
  return std::min(pause, kLongestPause);
}

}  // namespace

WebhookService::WebhookService(storage::Storage& storage, Timers& timers, telemetry::Logger& logger,
                               WebhookSender& sender, WebhookLimits limits)
    : storage_(storage), timers_(timers), logger_(logger), sender_(sender), limits_(limits) {}

Status WebhookService::start() {
  const auto owed = storage_.webhooks();
  if (!owed) return fail(owed.error());
  for (const auto& webhook : *owed) {
    {
      const std::lock_guard lock(mutex_);
      if (!known_.insert(webhook.webhook_id).second) continue;
    }
    deliver_at(webhook.webhook_id, webhook.due_at);
  }
  {
    const std::lock_guard lock(mutex_);
    started_ = true;
  }
  for (std::size_t i = 0; i < limits_.in_flight; ++i) send_next();
  return {};
}

void WebhookService::deliver(const std::string& webhook_id) {
  {
    const std::lock_guard lock(mutex_);
    if (!known_.insert(webhook_id).second) return;
  }
  queue(webhook_id);
}

void WebhookService::queue(const std::string& webhook_id) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(webhook_id);
  }
  send_next();
}

void WebhookService::deliver_at(const std::string& webhook_id, Micros when) {
  const auto pause = std::chrono::microseconds(when - now_us());
  if (pause.count() <= 0) return queue(webhook_id);
  timers_.after(pause, [this, webhook_id] { queue(webhook_id); });
}

void WebhookService::send_next() {
  std::string next;
  {
    const std::lock_guard lock(mutex_);
    if (!started_ || waiting_.empty() || in_flight_ >= limits_.in_flight) return;
    ++in_flight_;
    next = std::move(waiting_.front());
    waiting_.pop_front();
  }
  storage_.readers().post([this, next] { send(next); });
}

void WebhookService::send(const std::string& webhook_id) {
  auto webhook = storage_.webhook(webhook_id);
  if (!webhook) {
    logger_.error("webhooks", "webhook " + webhook_id + " cannot be read: " + webhook.error().text);
    forget(webhook_id);
    return finish_one();
  }
  auto body = merge_objects(webhook->body, "{\"webhook_sent_at\":\"" + format_time(now_us()) + "\"}");
  webhook->body.clear();
  sender_.post(webhook_id, webhook->url, std::move(body),
               [this, webhook = *webhook](const Result<int>& answer) { answered(webhook, answer); });
}

void WebhookService::answered(const models::Webhook& webhook, const Result<int>& answer) {
  const auto& id = webhook.webhook_id;
  const int attempts = webhook.attempts + 1;
  // The server is stopping; the next start tries again.
  if (!answer && answer.error().code == ErrorCode::kCancelled) return;
  if (answer && *answer >= 200 && *answer < 300) {
    forget(id);
    settle(storage::DeleteWebhook{id}, [] {});
  } else if (attempts < limits_.attempts && is_worth_another_try(answer)) {
    const auto pause = pause_after(attempts, limits_.backoff);
    const auto due = now_us() + std::chrono::microseconds(pause).count();
    settle(storage::UpdateWebhook{id, attempts, due}, [this, id, due] { deliver_at(id, due); });
  } else {
    logger_.warn("webhooks", "webhook " + id + " to " + std::string(origin(webhook.url)) +
                                 " is given up after " + std::to_string(attempts) +
                                 " attempts: " + why(answer));
    forget(id);
    settle(storage::DeleteWebhook{id}, [] {});
  }
  finish_one();
}

void WebhookService::forget(const std::string& webhook_id) {
  const std::lock_guard lock(mutex_);
  known_.erase(webhook_id);
}

void WebhookService::finish_one() {
  {
    const std::lock_guard lock(mutex_);
    --in_flight_;
  }
  send_next();
}

void WebhookService::settle(storage::Write write, Job then) {
  storage::Batch batch;
  batch.push_back(std::move(write));
  storage_.write(std::move(batch), [then = std::move(then)](const Status& written) {
    if (written) then();
  });
}

}  // namespace agenthost::services

#include "host/routers/waiting_reply.hpp"

#include "host/routers/replies.hpp"

namespace agenthost::routers {

WaitingReply::WaitingReply(ExchangePtr exchange, Headers headers, Heartbeat& heartbeat)
    : exchange_(std::move(exchange)), heartbeat_(heartbeat), headers_(std::move(headers)) {}

std::shared_ptr<WaitingReply> WaitingReply::start(ExchangePtr exchange, Headers headers, Heartbeat& heartbeat,
                                                  std::function<void()> gone) {
  auto reply = std::make_shared<WaitingReply>(std::move(exchange), std::move(headers), heartbeat);
  if (gone) reply->exchange_->on_disconnect(std::move(gone));
  reply->beat_id_ = heartbeat.add(reply);
  return reply;
}

void WaitingReply::finish(std::string json) {
  heartbeat_.remove(beat_id_);
  const std::lock_guard lock(mutex_);
  if (phase_ == Phase::kStreaming) {
    exchange_->write(std::make_shared<const std::string>(std::move(json)));
    exchange_->end_stream();
  } else if (phase_ == Phase::kSilent) {
    auto response = json_reply(std::move(json));
    response.headers = std::move(headers_);
    exchange_->respond(std::move(response));
  }
  phase_ = Phase::kDone;
}

void WaitingReply::beat() {
  static const auto kNewline = std::make_shared<const std::string>("\n");
  const std::lock_guard lock(mutex_);
  if (phase_ == Phase::kDone) return;
  if (phase_ == Phase::kSilent) {
    exchange_->start_stream(200, "application/json", std::move(headers_));
    phase_ = Phase::kStreaming;
  }
  exchange_->write(kNewline);
}

}  // namespace agenthost::routers

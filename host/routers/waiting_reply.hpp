// WaitingReply: the answer of runs/wait and join: JSON at the end, and while that takes long, newlines that
// keep the connection alive. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "host/routers/heartbeat.hpp"
#include "host/routers/http.hpp"

namespace agenthost::routers {

class WaitingReply final : public Beating, public std::enable_shared_from_this<WaitingReply> {
 public:
  // headers: sent with the answer. gone (may be empty): the client went before the answer was complete.
  static std::shared_ptr<WaitingReply> start(ExchangePtr exchange, Headers headers, Heartbeat& heartbeat,
                                             std::function<void()> gone);

  WaitingReply(ExchangePtr exchange, Headers headers, Heartbeat& heartbeat);

  // Once.
  void finish(std::string json);
  void beat() override;

 private:
  const ExchangePtr exchange_;
  Heartbeat& heartbeat_;
  Heartbeat::Id beat_id_ = 0;  // constant after start()

  std::mutex mutex_;
  // Guarded by mutex_
  Headers headers_;
  enum class Phase { kSilent, kStreaming, kDone } phase_ = Phase::kSilent;
};

}  // namespace agenthost::routers

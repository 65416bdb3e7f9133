#include "host/routers/thread_socket.hpp"

#include <utility>

#include "host/base/ids.hpp"

namespace agenthost::routers {
namespace {

constexpr std::uint16_t kPolicyViolation = 1008;
constexpr std::uint16_t kInternalError = 1011;
// A client that sends commands faster than they can be answered has to wait for answers.
constexpr std::size_t kMostWaiting = 128;
constexpr std::size_t kMostWaitingBytes = 32U << 20U;
constexpr std::size_t kMostSubscriptions = 256;

std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

}  // namespace

ThreadSocket::ThreadSocket(ProtocolServices services, Executor& readers, std::string thread_id)
    : services_(services), readers_(readers), thread_id_(std::move(thread_id)) {}

void ThreadSocket::on_open(SocketPtr socket) {
  socket_ = std::move(socket);
}

void ThreadSocket::on_message(std::string message) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    if (waiting_.size() >= kMostWaiting || waiting_bytes_ + message.size() > kMostWaitingBytes) {
      return socket_->close(kPolicyViolation, "too many commands wait for their answer");
    }
    waiting_bytes_ += message.size();
    waiting_.push_back(std::move(message));
    if (waiting_.size() > 1) return;
  }
  work();
}

void ThreadSocket::on_close() {
  std::map<std::string, Log::ReaderId> subscriptions;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    subscriptions.swap(subscriptions_);
  }
  // With a subscription there is a tape.
  for (const auto& [id, reader] : subscriptions) tape_->events().stop_reading(reader);
}

// ---- Commands ----

void ThreadSocket::work() {
  readers_.post([self = shared_from_this()] {
    std::string message;
    {
      const std::lock_guard lock(self->mutex_);
      if (self->closed_) return;
      message = self->waiting_.front();
    }
    try {
      self->run(message);
    } catch (const std::exception&) {  // a library's; the client may come back
      self->socket_->close(kInternalError, "internal error");
    }
  });
}

void ThreadSocket::run(const std::string& message) {
  const auto call = ProtocolCall::read(
      thread_id_, message, [self = shared_from_this()](const ProtocolReply& reply) { self->replied(reply); });
  if (!call) return;
  if (call->method == "subscription.subscribe") return subscribe(call);
  if (call->method == "subscription.unsubscribe") return unsubscribe(call);
  run_protocol_command(services_, call);
}

void ThreadSocket::replied(const ProtocolReply& reply) {
  socket_->send(shared(reply.json));
  {
    const std::lock_guard lock(mutex_);
    waiting_bytes_ -= waiting_.front().size();
    waiting_.pop_front();
    if (waiting_.empty()) return;
  }
  work();
}

services::ThreadTape& ThreadSocket::tape() {
  if (!tape_) tape_ = services_.tapes.open(thread_id_);
  return *tape_;
}

// ---- Subscriptions ----

void ThreadSocket::subscribe(const ProtocolCallPtr& call) {
  auto filter = services::V2Filter::from_json(call->params(), services::V2Filter::Unknown::kRefused);
  if (!filter) return call->refuse(filter.error());
  const auto* since = find_member(call->params(), "since");
  if (since != nullptr && !since->IsUint64()) {
    return call->refuse("invalid_argument", "since: must be a whole number, 0 or more");
  }
  const std::string id = new_uuid7();
  {
    const std::lock_guard lock(mutex_);
    if (subscriptions_.size() >= kMostSubscriptions) {
      return call->refuse("invalid_argument", "too many subscriptions on one socket; unsubscribe some");
    }
  }
  std::optional<Log::ReaderId> left_over;
  tape().events().read(
      since != nullptr ? since->GetUint64() : 0,
      [filter = std::move(*filter)](const services::TapeEvent& event) { return filter.shows(event.event); },
      [&](const Log::Opening& opening) {
        // The answer comes first, then what it announces.
        call->succeed("{\"subscription_id\":\"" + id +
                          "\",\"replayed_events\":" + std::to_string(opening.replayed) + "}",
                      opening.last_seq);
        const std::lock_guard lock(mutex_);
        if (closed_) {
          left_over = opening.reader;
        } else {
          subscriptions_.emplace(id, opening.reader);
        }
      },
      [self = shared_from_this()](const auto& event, services::Showing showing) {
        self->send_event(*event, showing);
      });
  if (left_over) tape().events().stop_reading(*left_over);
}

void ThreadSocket::unsubscribe(const ProtocolCallPtr& call) {
  const std::string id(string_member(call->params(), "subscription_id"));
  std::optional<Log::ReaderId> reader;
  {
    const std::lock_guard lock(mutex_);
    const auto found = subscriptions_.find(id);
    if (found != subscriptions_.end()) {
      reader = found->second;
      subscriptions_.erase(found);
    }
  }
  if (!reader) return call->refuse("no_such_subscription", "Unknown subscription: " + id);
  tape().events().stop_reading(*reader);
  call->succeed("{}", tape().events().last_seq());
}

void ThreadSocket::send_event(const services::TapeEvent& event, services::Showing showing) {
  if (showing == services::Showing::kLive) {
    if (event.seq <= last_live_) return;  // sent for another subscription
    last_live_ = event.seq;
  }
  socket_->send(shared(event.json));
}

}  // namespace agenthost::routers

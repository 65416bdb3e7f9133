#include "host/routers/thread_socket.hpp"

#include <chrono>
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
// How long a subscription waits for those that come right behind it.
constexpr std::chrono::milliseconds kTogether{10};

std::shared_ptr<const std::string> shared(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

bool subscribes(const std::string& message) {
  const auto command = parse_json(message);
  return command && string_member(*command, "method") == "subscription.subscribe";
}

}  // namespace

ThreadSocket::ThreadSocket(ProtocolServices services, Executor& readers, Timers& timers,
                           std::string thread_id)
    : services_(services), readers_(readers), timers_(timers), thread_id_(std::move(thread_id)) {}

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
    try {
      const auto commands = self->next_commands();
      self->gathered_ = !self->gathered_ && !commands.empty() && subscribes(commands.front());
      if (self->gathered_) {
        self->timers_.after(kTogether, [self] { self->work(); });
      } else {
        self->run(commands);
      }
    } catch (const std::exception&) {  // a library's; the client may come back
      self->socket_->close(kInternalError, "internal error");
    }
  });
}

// The first that waits; with a subscription those right behind it. A client that opens several wants one
// story: were they replayed one by one, the first could tell of a run's end, and the client stop listening,
// before the next has told what the run said.
std::vector<std::string> ThreadSocket::next_commands() {
  std::vector<std::string> commands;
  bool may_follow = true;
  while (may_follow) {
    std::string message;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return {};
      if (commands.size() == waiting_.size()) break;
      message = waiting_[commands.size()];
    }
    may_follow = subscribes(message);
    if (commands.empty() || may_follow) commands.push_back(std::move(message));
  }
  const std::lock_guard lock(mutex_);
  working_on_ = commands.size();
  return commands;
}

void ThreadSocket::run(const std::vector<std::string>& commands) {
  std::vector<ProtocolCallPtr> subscriptions;
  for (const auto& message : commands) {
    auto call =
        ProtocolCall::read(thread_id_, message,
                           [self = shared_from_this()](const ProtocolReply& reply) { self->replied(reply); });
    if (!call) continue;
    if (call->method == "subscription.subscribe") {
      subscriptions.push_back(std::move(call));
    } else if (call->method == "subscription.unsubscribe") {
      unsubscribe(call);
    } else {
      run_protocol_command(services_, call);
    }
  }
  if (!subscriptions.empty()) subscribe(subscriptions);
}

void ThreadSocket::replied(const ProtocolReply& reply) {
  socket_->send(shared(reply.json));
  {
    const std::lock_guard lock(mutex_);
    waiting_bytes_ -= waiting_.front().size();
    waiting_.pop_front();
    if (--working_on_ > 0 || waiting_.empty()) return;
  }
  work();
}

services::ThreadTape& ThreadSocket::tape() {
  if (!tape_) tape_ = services_.tapes.open(thread_id_);
  return *tape_;
}

// ---- Subscriptions ----

void ThreadSocket::subscribe(const std::vector<ProtocolCallPtr>& calls) {
  std::vector<Log::ReaderId> left_over;
  std::vector<Log::Reading> readings;
  for (const auto& call : calls) {
    if (auto reading = reading_for(call, left_over)) readings.push_back(std::move(*reading));
  }
  if (readings.empty()) return;
  tape().events().read_all(std::move(readings));
  for (const auto reader : left_over) tape().events().stop_reading(reader);
}

// nullopt: it was refused. left_over: readers for whom the socket has closed meanwhile.
std::optional<ThreadSocket::Log::Reading> ThreadSocket::reading_for(const ProtocolCallPtr& call,
                                                                    std::vector<Log::ReaderId>& left_over) {
  const auto refused = [&](const auto&... why) {
    call->refuse(why...);
    return std::nullopt;
  };
  auto filter = services::V2Filter::from_json(call->params(), services::V2Filter::Unknown::kRefused);
  if (!filter) return refused(filter.error());
  const auto* since = find_member(call->params(), "since");
  if (since != nullptr && !since->IsUint64()) {
    return refused("invalid_argument", "since: must be a whole number, 0 or more");
  }
  if (subscription_count() >= kMostSubscriptions) {
    return refused("invalid_argument", "too many subscriptions on one socket; unsubscribe some");
  }
  const auto opened = [this, call, &left_over](const Log::Opening& opening) {
    // The answer comes first, then what it announces.
    const auto id = new_uuid7();
    call->succeed(
        "{\"subscription_id\":\"" + id + "\",\"replayed_events\":" + std::to_string(opening.replayed) + "}",
        opening.last_seq);
    last_replayed_ = 0;
    const std::lock_guard lock(mutex_);
    if (closed_) {
      left_over.push_back(opening.reader);
    } else {
      subscriptions_.emplace(id, opening.reader);
    }
  };
  return Log::Reading{
      since != nullptr ? since->GetUint64() : 0,
      [filter = std::move(*filter)](const services::TapeEvent& event) { return filter.shows(event.event); },
      opened,
      [self = shared_from_this()](const auto& event, services::Showing showing) {
        self->send_event(*event, showing);
      }};
}

std::size_t ThreadSocket::subscription_count() const {
  const std::lock_guard lock(mutex_);
  return subscriptions_.size();
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
  auto& last = showing == services::Showing::kLive ? last_live_ : last_replayed_;
  if (event.seq <= last) return;  // sent for another subscription
  last = event.seq;
  socket_->send(shared(event.json));
}

}  // namespace agenthost::routers

// ThreadSocket: protocol v2 on one WebSocket: commands in, their answers and the events of any number of
// subscriptions out. An event that several subscriptions want is sent once. Commands are worked on one
// after the other, on a reader thread; subscriptions that come in a row are opened together. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/base/executor.hpp"
#include "host/routers/http.hpp"
#include "host/routers/protocol_commands.hpp"

namespace agenthost::routers {

class ThreadSocket final : public SocketUser, public std::enable_shared_from_this<ThreadSocket> {
 public:
  ThreadSocket(ProtocolServices services, Executor& readers, Timers& timers, std::string thread_id);

  void on_open(SocketPtr socket) override;
  void on_message(std::string message) override;
  void on_close() override;

 private:
  using Log = services::ThreadLog<services::TapeEvent>;

  void work();
  [[nodiscard]] std::vector<std::string> next_commands();
  void run(const std::vector<std::string>& commands);
  void replied(const ProtocolReply& reply);
  void subscribe(const std::vector<ProtocolCallPtr>& calls);
  [[nodiscard]] std::optional<Log::Reading> reading_for(const ProtocolCallPtr& call,
                                                        std::vector<Log::ReaderId>& left_over);
  void unsubscribe(const ProtocolCallPtr& call);
  [[nodiscard]] std::size_t subscription_count() const;
  void send_event(const services::TapeEvent& event, services::Showing showing);
  [[nodiscard]] services::ThreadTape& tape();

  // Constant after construction
  const ProtocolServices services_;
  Executor& readers_;
  Timers& timers_;
  const std::string thread_id_;
  SocketPtr socket_;  // set before the first message

  // Of the reader thread that works on a command
  std::shared_ptr<services::ThreadTape> tape_;
  bool gathered_ = false;  // the subscription at the front has waited for those behind it

  // Guarded by the lock of the tape's log
  std::uint64_t last_live_ = 0;
  std::uint64_t last_replayed_ = 0;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::deque<std::string> waiting_;  // the first of them are being worked on:
  std::size_t working_on_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::map<std::string, Log::ReaderId> subscriptions_;
  bool closed_ = false;
};

}  // namespace agenthost::routers

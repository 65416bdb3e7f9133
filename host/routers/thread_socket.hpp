// ThreadSocket: protocol v2 on one WebSocket: commands in, their answers and the events of any number of
// subscriptions out. An event that several subscriptions want is sent once. Commands are worked on one
// after the other, on a reader thread. Thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "host/base/executor.hpp"
#include "host/routers/http.hpp"
#include "host/routers/protocol_commands.hpp"

namespace agenthost::routers {

class ThreadSocket final : public SocketUser, public std::enable_shared_from_this<ThreadSocket> {
 public:
  ThreadSocket(ProtocolServices services, Executor& readers, std::string thread_id);

  void on_open(SocketPtr socket) override;
  void on_message(std::string message) override;
  void on_close() override;

 private:
  using Log = services::ThreadLog<services::TapeEvent>;

  void work();
  void run(const std::string& message);
  void replied(const ProtocolReply& reply);
  void subscribe(const ProtocolCallPtr& call);
  void unsubscribe(const ProtocolCallPtr& call);
  void send_event(const services::TapeEvent& event, services::Showing showing);
  [[nodiscard]] services::ThreadTape& tape();

  // Constant after construction
  const ProtocolServices services_;
  Executor& readers_;
  const std::string thread_id_;
  SocketPtr socket_;  // set before the first message

  // Of the reader thread that works on a command
  std::shared_ptr<services::ThreadTape> tape_;

  // Guarded by the lock of the tape's log
  std::uint64_t last_live_ = 0;

  std::mutex mutex_;
  // Guarded by mutex_
  std::deque<std::string> waiting_;  // the first is being worked on
  std::size_t waiting_bytes_ = 0;
  std::map<std::string, Log::ReaderId> subscriptions_;
  bool closed_ = false;
};

}  // namespace agenthost::routers

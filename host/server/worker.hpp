// Worker: one thread of Pistache's reactor and the connections that live in it from accept to close.
//
// Of Pistache::Tcp::Transport only the registration of peers is used; its own queues, timers and writes are
// not, for they find connections by descriptor number and number may by then belong to somebody else. Each
// round of events is: look at the events, run what others posted, settle every connection that changed, bury
// the dead. Strand-bound; other threads use inbox().
#pragma once

#include <pistache/reactor.h>
#include <pistache/tcp.h>
#include <pistache/transport.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "host/server/connection.hpp"
#include "host/server/front.hpp"
#include "host/server/http_date.hpp"

namespace agenthost::server {

class Worker final : public Pistache::Tcp::Transport {
 public:
  explicit Worker(Front& front);
  ~Worker() override;

  // For Pistache: one clone per thread; registered before the threads start.
  [[nodiscard]] std::shared_ptr<Pistache::Aio::Handler> clone() const override;
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& events) override;

  // The connection on which this request is in work; nullptr when it is over.
  [[nodiscard]] Connection* find(RequestAddress address);

  // For shutting down; run on the worker's thread.
  void begin_drain();
  void drop_all();

  // For connections
  [[nodiscard]] Front& front() { return front_; }
  [[nodiscard]] const std::shared_ptr<Inbox>& inbox() const { return entry_->inbox; }
  [[nodiscard]] Clock::time_point now() const { return now_; }
  [[nodiscard]] std::string_view date();
  [[nodiscard]] bool is_draining() const { return draining_; }
  [[nodiscard]] std::vector<char>& read_buffer() { return read_buffer_; }
  [[nodiscard]] std::string& head_buffer() { return head_buffer_; }
  void settle_later(Connection& connection) { touched_.push_back(&connection); }
  void bury(Connection& connection) { dead_.push_back(&connection); }
  void watch(int socket, Interest interest);

 private:
  struct Seat {
    std::unique_ptr<Connection> connection;
    std::shared_ptr<Pistache::Tcp::Peer> peer;  // Shared because: Pistache keeps one too.
  };

  void add_fd(int fd);
  void look_at(const Pistache::Aio::FdSet::Entry& event);
  void run_tasks();
  void tick();
  void accept_some();
  void seat(Accepted accepted);
  void send_to_least_busy(Accepted accepted);
  void pause_accepting();
  void settle_all();
  void bury_dead();
  void bury_one(Connection& dead);
  void forget_one();
  template <class Action>
  void guarded(Connection* connection, Action action) noexcept;

  // Constant after registerPoller
  Front& front_;
  WorkerEntry* entry_ = nullptr;
  Pistache::Polling::Epoll* poller_ = nullptr;
  FileDescriptor timer_;
  std::uint64_t next_id_ = 0;

  std::unordered_map<int, Seat> by_socket_;
  std::unordered_map<std::uint64_t, Connection*> by_id_;
  std::vector<Connection*> touched_;
  std::vector<Connection*> dead_;

  Listener* listener_ = nullptr;  // the first worker's, until draining
  Clock::time_point accept_again_{};
  bool accept_paused_ = false;
  bool draining_ = false;

  Clock::time_point now_ = Clock::now();
  HttpDate date_;
  std::vector<char> read_buffer_;
  std::string head_buffer_;
};

}  // namespace agenthost::server

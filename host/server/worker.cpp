#include "host/server/worker.hpp"

#include <pistache/peer.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <ctime>
#include <exception>
#include <utility>

namespace agenthost::server {
namespace {

using Pistache::Polling::NotifyOn;
using Pistache::Polling::Tag;

constexpr std::size_t kReadBuffer = 64U << 10U;
constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::seconds kPauseWithoutDescriptors{1};
// The upper bits of a connection's number name its worker, so that numbers differ between workers too.
constexpr unsigned kWorkerShift = 48;

// The transport insists on a handler; all input is read here.
class NoHandler final : public Pistache::Tcp::Handler {
  PROTOTYPE_OF(Pistache::Tcp::Handler, NoHandler)
  void onInput(const char*, std::size_t, const std::shared_ptr<Pistache::Tcp::Peer>&) override {}
};

// Often enough that the shortest time-out is kept to within a quarter.
std::chrono::milliseconds tick_for(const ServerOptions& options) {
  const auto shortest = std::min({options.head_timeout, options.body_timeout, options.idle_timeout,
                                  options.write_stall_timeout, options.socket_ping});
  return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(250));
}

FileDescriptor repeating_timer(std::chrono::milliseconds period) {
  FileDescriptor timer(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  const timespec every{period.count() / 1000, static_cast<long>(period.count() % 1000) * 1'000'000};
  const itimerspec when{every, every};
  if (timer) ::timerfd_settime(timer.get(), 0, &when, nullptr);
  return timer;
}

}  // namespace

Worker::Worker(Front& front)
    : Pistache::Tcp::Transport(std::make_shared<NoHandler>()), front_(front), read_buffer_(kReadBuffer) {}

Worker::~Worker() = default;

std::shared_ptr<Pistache::Aio::Handler> Worker::clone() const {
  return std::make_shared<Worker>(front_);
}

void Worker::registerPoller(Pistache::Polling::Epoll& poller) {
  Transport::registerPoller(poller);
  poller_ = &poller;
  const auto index = front_.workers.size();
  entry_ = front_.workers.emplace_back(std::make_unique<WorkerEntry>()).get();
  next_id_ = static_cast<std::uint64_t>(index) << kWorkerShift;
  timer_ = repeating_timer(tick_for(front_.options));
  add_fd(timer_.get());
  add_fd(inbox()->wake_fd());
  if (index > 0) return;
  listener_ = front_.listener.get();
  add_fd(listener_->fd());
}

void Worker::add_fd(int fd) {
  poller_->addFd(fd, Pistache::Flags<NotifyOn>(NotifyOn::Read), Tag(static_cast<std::uint64_t>(fd)));
}

// Nothing may escape into Pistache: it would end the process. One connection's failure costs that connection.
template <class Action>
void Worker::guarded(Connection* connection, Action action) noexcept {
  try {
    action();
    return;
  } catch (const std::exception& error) {
    front_.logger.error("server", std::string("internal error: ") + error.what());
  } catch (...) {
    front_.logger.error("server", "internal error of unknown kind");
  }
  if (connection) connection->drop();
}

void Worker::onReady(const Pistache::Aio::FdSet& events) {
  if (!inbox()->worker_if_here()) inbox()->bind_to_this_thread(*this);
  now_ = Clock::now();
  for (const auto& event : events) guarded(nullptr, [&] { look_at(event); });
  settle_all();
}

void Worker::look_at(const Pistache::Aio::FdSet::Entry& event) {
  const auto fd = static_cast<int>(event.getTag().value());
  if (const auto found = by_socket_.find(fd); found != by_socket_.end()) {
    auto& connection = *found->second.connection;
    // Not "else if": both may be true of one event.
    if (event.isWritable()) connection.on_writable();
    if (event.isHangup()) return connection.on_hangup();
    if (event.isReadable()) connection.on_readable();
  } else if (fd == inbox()->wake_fd()) {
    run_tasks();
  } else if (fd == timer_.get()) {
    tick();
  } else if (listener_ && fd == listener_->fd()) {
    accept_some();
  }
}

void Worker::run_tasks() {
  for (auto& task : inbox()->take()) guarded(nullptr, [&] { task(*this); });
}

void Worker::tick() {
  std::uint64_t expirations = 0;
  [[maybe_unused]] const auto got = ::read(timer_.get(), &expirations, sizeof expirations);
  if (accept_paused_ && listener_ && now_ >= accept_again_) {
    accept_paused_ = false;
    add_fd(listener_->fd());
  }
  for (auto& [socket, seat] : by_socket_) {
    auto& connection = *seat.connection;
    if (!connection.is_dead()) guarded(&connection, [&] { connection.on_tick(now_); });
  }
}

// ---- newcomers
// ----------------------------------------------------------------------------------------------------

void Worker::accept_some() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    Accepted accepted;
    switch (listener_->accept(accepted)) {
      case AcceptOutcome::kAccepted:
        send_to_least_busy(std::move(accepted));
        break;
      case AcceptOutcome::kNothingWaiting:
        return;
      case AcceptOutcome::kOutOfDescriptors:
        return pause_accepting();
    }
  }
}

// The listening socket stays readable while nothing can be accepted: without a pause the thread would spin.
void Worker::pause_accepting() {
  poller_->removeFd(listener_->fd());
  accept_paused_ = true;
  accept_again_ = now_ + kPauseWithoutDescriptors;
  front_.logger.warn("server",
                     "out of file descriptors: new clients wait; raise the limit of open files (ulimit -n)");
}

void Worker::send_to_least_busy(Accepted accepted) {
  const auto busier = [](const auto& a, const auto& b) { return a->connections < b->connections; };
  auto& chosen = **std::min_element(front_.workers.begin(), front_.workers.end(), busier);
  ++chosen.connections;
  ++front_.counters.connections_open;
  ++front_.counters.connections_accepted;
  if (&chosen == entry_) return seat(std::move(accepted));
  // Shared because: std::function wants to be copyable.
  auto carried = std::make_shared<Accepted>(std::move(accepted));
  chosen.inbox->post([carried](Worker& worker) { worker.seat(std::move(*carried)); });
}

void Worker::seat(Accepted accepted) {
  if (draining_) return forget_one();
  const int socket = accepted.socket.get();
  try {
    auto* address = reinterpret_cast<sockaddr*>(&accepted.address);
    auto peer = Pistache::Tcp::Peer::Create(socket, Pistache::Address::fromUnix(address));
    const auto id = ++next_id_;
    auto connection = std::make_unique<Connection>(*this, id, socket, to_text(accepted.address));
    by_id_.emplace(id, connection.get());
    by_socket_.insert_or_assign(socket, Seat{std::move(connection), peer});
    handleNewPeer(peer);  // on the right thread: registers at once
    // Pistache registers edge-triggered, which costs one more recv() per request to see that nothing is left.
    watch(socket, {true, false});
    [[maybe_unused]] const int kept = accepted.socket.release();  // removePeer closes it
  } catch (...) {
    if (const auto seat = by_socket_.find(socket); seat != by_socket_.end()) {
      by_id_.erase(seat->second.connection->id());
      by_socket_.erase(seat);
    }
    forget_one();
    throw;
  }
}

void Worker::watch(int socket, Interest interest) {
  const int events = static_cast<int>(interest.read ? NotifyOn::Read : NotifyOn::None) |
                     static_cast<int>(interest.write ? NotifyOn::Write : NotifyOn::None);
  reactor()->modifyFd(key(), socket, static_cast<NotifyOn>(events), Pistache::Polling::Mode::Level);
}

// ---- connections
// --------------------------------------------------------------------------------------------------

Connection* Worker::find(RequestAddress address) {
  const auto found = by_id_.find(address.connection);
  if (found == by_id_.end()) return nullptr;
  auto* connection = found->second;
  return !connection->is_dead() && connection->request_number() == address.request ? connection : nullptr;
}

std::string_view Worker::date() {
  return date_.at(std::time(nullptr));
}

// Settling one connection may touch another (its handler answers somebody else), burying one too.
void Worker::settle_all() {
  while (!touched_.empty() || !dead_.empty()) {
    for (std::size_t i = 0; i < touched_.size(); ++i) {
      auto* connection = touched_[i];
      if (!connection->is_dead()) guarded(connection, [&] { connection->settle(); });
    }
    touched_.clear();
    bury_dead();
  }
}

void Worker::bury_dead() {
  // Those who die meanwhile wait for the next round: they may be among the touched again.
  const auto dead = std::exchange(dead_, {});
  for (auto* connection : dead) guarded(nullptr, [&] { bury_one(*connection); });
}

void Worker::bury_one(Connection& dead) {
  auto seat = std::move(by_socket_.extract(dead.socket()).mapped());
  by_id_.erase(dead.id());
  removePeer(seat.peer);  // takes it out of epoll and closes the socket
  forget_one();
  seat.connection->on_closed();
}

void Worker::forget_one() {
  --entry_->connections;
  if (--front_.counters.connections_open > 0) return;
  const std::lock_guard lock(front_.mutex);
  front_.all_gone.notify_all();
}

// ---- the end
// ------------------------------------------------------------------------------------------------------

void Worker::begin_drain() {
  draining_ = true;
  if (listener_) {
    if (!accept_paused_) poller_->removeFd(listener_->fd());
    listener_->close();
    listener_ = nullptr;
  }
  for (auto& [socket, seat] : by_socket_) seat.connection->on_drain();
}

void Worker::drop_all() {
  for (auto& [socket, seat] : by_socket_) seat.connection->drop();
  settle_all();
}

}  // namespace agenthost::server

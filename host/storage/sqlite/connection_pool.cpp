#include "host/storage/sqlite/connection_pool.hpp"

#include <utility>

namespace agenthost::storage {

ConnectionPool::ConnectionPool(std::vector<std::unique_ptr<Connection>> connections)
    : size_(connections.size()), free_(std::move(connections)) {}

ConnectionPool::~ConnectionPool() {
  close();
}

Result<ConnectionPool::Lease> ConnectionPool::lend() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !free_.empty(); });
  if (closed_) return fail(ErrorCode::kUnavailable, "the storage is closed: the server is shutting down");
  auto connection = std::move(free_.back());
  free_.pop_back();
  return Lease(*this, std::move(connection));
}

void ConnectionPool::take_back(std::unique_ptr<Connection> connection) {
  // Notified under the lock: close() may destroy the pool as soon as it can see the last connection.
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(connection));
  changed_.notify_all();
}

void ConnectionPool::close() {
  std::vector<std::unique_ptr<Connection>> connections;
  std::unique_lock lock(mutex_);
  const bool first = !std::exchange(closed_, true);
  changed_.notify_all();
  if (!first) return;
  changed_.wait(lock, [this] { return free_.size() == size_; });
  connections.swap(free_);
}

}  // namespace agenthost::storage

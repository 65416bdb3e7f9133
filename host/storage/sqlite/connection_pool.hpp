// ConnectionPool: lends connections, each to one user at a time. Thread-safe.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "host/storage/sqlite/connection.hpp"

namespace agenthost::storage {

class ConnectionPool {
 public:
  // A connection for as long as the lease lives.
  class Lease {
   public:
    Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_) pool_->take_back(std::move(connection_));
    }
    Connection& operator*() const { return *connection_; }

   private:
    ConnectionPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  explicit ConnectionPool(std::vector<std::unique_ptr<Connection>> connections);
  ~ConnectionPool();
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // Waits until a connection is free. kUnavailable once closed.
  [[nodiscard]] Result<Lease> lend();

  // Waits for every lease and closes the connections. Idempotent.
  void close();

 private:
  void take_back(std::unique_ptr<Connection> connection);

  const std::size_t size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_
  std::vector<std::unique_ptr<Connection>> free_;
  bool closed_ = false;
};

}  // namespace agenthost::storage

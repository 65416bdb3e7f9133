// Listener: the listening TCP socket (IPv4 or IPv6), non-blocking, not inherited by children. Strand-bound.
// A UNIX domain socket would be one more way to open() it; nothing behind it would notice.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "host/base/error.hpp"
#include "host/base/file_descriptor.hpp"

namespace agenthost::server {

struct Accepted {
  FileDescriptor socket;
  sockaddr_storage address{};
};

enum class AcceptOutcome { kAccepted, kNothingWaiting, kOutOfDescriptors };

class Listener {
 public:
  // host: a name or an address; port 0 = any free one. The error names host:port and what to do about it.
  [[nodiscard]] static Result<Listener> open(const std::string& host, std::uint16_t port);

  // Takes one waiting connection; ones that died while waiting are passed over.
  [[nodiscard]] AcceptOutcome accept(Accepted& into) const;

  [[nodiscard]] int fd() const { return socket_.get(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool is_open() const { return static_cast<bool>(socket_); }
  void close() { socket_.reset(); }

 private:
  Listener(FileDescriptor socket, std::uint16_t port) : socket_(std::move(socket)), port_(port) {}

  FileDescriptor socket_;
  std::uint16_t port_;
};

// "127.0.0.1:50312" or "[::1]:50312".
[[nodiscard]] std::string to_text(const sockaddr_storage& address);

}  // namespace agenthost::server

// OutputQueue: bytes on their way to one client. Small pieces are joined, large ones are kept by reference,
// and as much as possible leaves in one system call. Strand-bound. TLS would live here and where the
// connection receives: send() is the only place that writes to a socket.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace agenthost::server {

class OutputQueue {
 public:
  enum class Outcome { kDrained, kBlocked, kBroken };

  void append(std::string_view bytes);
  void append_owned(std::string bytes);
  // Shared because: one event goes to every reader of a stream.
  void append_shared(std::shared_ptr<const std::string> bytes);

  // Hands what the socket takes to the kernel. kBlocked: wait until it is writable; kBroken: the client is
  // gone.
  [[nodiscard]] Outcome send(int socket);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  struct Piece {
    std::string own;
    std::shared_ptr<const std::string> shared;  // when set, `own` is empty

    [[nodiscard]] std::string_view bytes() const { return shared ? *shared : own; }
  };

  void forget(std::size_t sent);
  void forget_all();

  std::vector<Piece> pieces_;
  std::size_t first_ = 0;   // the first piece not wholly sent
  std::size_t offset_ = 0;  // bytes of it that were sent
  std::size_t size_ = 0;
};

}  // namespace agenthost::server

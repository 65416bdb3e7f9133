#include "host/server/output_queue.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <random>

#include "host/base/file_descriptor.hpp"

namespace agenthost::server {
namespace {

struct SocketPair {
  SocketPair() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    near = FileDescriptor(ends[0]);
    far = FileDescriptor(ends[1]);
  }

  std::string read_all() const {
    std::string all;
    std::array<char, 4096> bytes;
    for (;;) {
      const auto count = ::read(far.get(), bytes.data(), bytes.size());
      if (count <= 0) return all;
      all.append(bytes.data(), static_cast<std::size_t>(count));
    }
  }

  FileDescriptor near;
  FileDescriptor far;
};

TEST(OutputQueue, DeliversEveryKindOfPieceInOrderThroughABlockedSocket) {
  const SocketPair sockets;
  OutputQueue queue;
  std::minstd_rand random(7);
  std::string expected;
  std::string received;
  for (int i = 0; i < 3'000; ++i) {
    std::string piece(1 + random() % (i % 10 == 0 ? 30'000 : 200), static_cast<char>('a' + i % 26));
    expected += piece;
    switch (i % 3) {
      case 0:
        queue.append(piece);
        break;
      case 1:
        queue.append_owned(std::move(piece));
        break;
      default:
        queue.append_shared(std::make_shared<const std::string>(std::move(piece)));
    }
    if (i % 7 == 0) {
      ASSERT_NE(queue.send(sockets.near.get()), OutputQueue::Outcome::kBroken);
    }
    if (i % 500 == 0) received += sockets.read_all();
  }
  EXPECT_EQ(queue.send(sockets.near.get()), OutputQueue::Outcome::kBlocked);
  while (!queue.empty()) {
    received += sockets.read_all();
    ASSERT_NE(queue.send(sockets.near.get()), OutputQueue::Outcome::kBroken);
  }
  received += sockets.read_all();
  EXPECT_TRUE(received == expected);
  EXPECT_EQ(queue.size(), 0U);
}

TEST(OutputQueue, SaysThatTheReaderIsGone) {
  SocketPair sockets;
  sockets.far.reset();
  OutputQueue queue;
  EXPECT_EQ(queue.send(sockets.near.get()), OutputQueue::Outcome::kDrained)
      << "nothing to send, nothing to notice";
  queue.append("x");
  EXPECT_EQ(queue.send(sockets.near.get()), OutputQueue::Outcome::kBroken);
}

}  // namespace
}  // namespace agenthost::server

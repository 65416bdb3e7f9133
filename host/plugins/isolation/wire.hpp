// Wire: one end of the socket pair between the server and a worker process: messages in, messages out.
//
// Any thread may send(); nobody ever waits for the other side. What the socket does not take at once is
// queued, on_backlog says so, and whoever watches the socket calls flush() when it takes more. One thread at
// a time receives; what that thread sends while it handles a batch leaves in one piece at the batch's end.
// Thread-safe but for receive().
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "host/base/file_descriptor.hpp"
#include "host/plugins/isolation/frame.hpp"

namespace agenthost::isolation {

class Wire {
 public:
  // Whether messages wait until the socket takes more. Called in the order of the changes, with the wire
  // locked: it must not call back.
  enum class Backlog { kBegins, kEnds };
  using OnBacklog = std::function<void(Backlog)>;

  // max_frame: a larger one from the other side breaks the wire.
  Wire(FileDescriptor socket, std::size_t max_frame, OnBacklog on_backlog);
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // Dropped when the other side has gone: the receiving thread learns that too.
  template <class Message>
  void send(const Message& message) {
    std::unique_lock lock(mutex_);
    if (broken_) return;
    append_frame(queue_, message);
    write_out(lock, Batches::kHeld);
  }

  void flush();
  [[nodiscard]] std::size_t queued_bytes() const;

  // kBroken: what came is no frame, or the handler said so.
  enum class Received { kDrained, kMore, kClosed, kBroken };
  enum class Verdict { kGood, kBad };
  using Handler = std::function<Verdict(const Frame&)>;
  // Hands over what is there, up to a bounded amount (kMore: call again).
  [[nodiscard]] Received receive(const Handler& handler);

  [[nodiscard]] int fd() const { return socket_.get(); }

 private:
  enum class Batches { kHeld, kReleased };
  void write_out(std::unique_lock<std::mutex>& lock, Batches batches);
  // False when the socket takes no more for now.
  bool write_pending();
  [[nodiscard]] bool hand_over(const Handler& handler);
  void make_room();

  // Constant after construction
  const FileDescriptor socket_;
  const std::size_t max_frame_;
  const OnBacklog on_backlog_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::string queue_;
  std::size_t pending_bytes_ = 0;  // of what writing_ holds
  bool writing_now_ = false;
  bool backlogged_ = false;
  bool broken_ = false;
  std::thread::id batch_owner_;  // the thread inside receive()
  // Owned by the one thread that writes (writing_now_), and by none while backlogged
  std::string writing_;
  std::size_t written_ = 0;
  // Owned by the receiving thread: bytes [read_from_, read_to_) are not handled yet
  std::string input_;
  std::size_t read_from_ = 0, read_to_ = 0;
};

}  // namespace agenthost::isolation

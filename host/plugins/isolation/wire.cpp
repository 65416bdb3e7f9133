#include "host/plugins/isolation/wire.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace agenthost::isolation {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10U;
// Of one receive(): one busy wire must not keep a thread from the others.
constexpr std::size_t kTurnBytes = std::size_t{512} << 10U;
// A batch is not held back when it grows beyond this.
constexpr std::size_t kBatchBytes = std::size_t{64} << 10U;
// Buffers that had to grow for a rare large frame are given back.
constexpr std::size_t kKeptBytes = std::size_t{1} << 20U;

void give_back(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptBytes) buffer.shrink_to_fit();
}

}  // namespace

Wire::Wire(FileDescriptor socket, std::size_t max_frame, OnBacklog on_backlog)
    : socket_(std::move(socket)), max_frame_(max_frame), on_backlog_(std::move(on_backlog)) {}

void Wire::write_out(std::unique_lock<std::mutex>& lock, Batches batches) {
  const bool held = batches == Batches::kHeld && batch_owner_ == std::this_thread::get_id();
  if (writing_now_ || backlogged_ || (held && queue_.size() < kBatchBytes)) return;
  writing_now_ = true;
  bool takes_more = true;
  while (takes_more && !broken_ && (!queue_.empty() || written_ < writing_.size())) {
    if (written_ == writing_.size()) {
      give_back(writing_);
      written_ = 0;
      writing_.swap(queue_);
    }
    lock.unlock();
    takes_more = write_pending();
    lock.lock();
    pending_bytes_ = writing_.size() - written_;
  }
  writing_now_ = false;
  if (takes_more || broken_) return;
  backlogged_ = true;
  on_backlog_(Backlog::kBegins);
}

bool Wire::write_pending() {
  while (written_ < writing_.size()) {
    const auto sent = ::send(socket_.get(), writing_.data() + written_, writing_.size() - written_,
                             MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      written_ += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      return false;
    } else if (errno != EINTR) {
      const std::lock_guard lock(mutex_);
      broken_ = true;
      return false;
    }
  }
  return true;
}

void Wire::flush() {
  std::unique_lock lock(mutex_);
  if (!std::exchange(backlogged_, false)) return;
  on_backlog_(Backlog::kEnds);
  write_out(lock, Batches::kReleased);
}

std::size_t Wire::queued_bytes() const {
  const std::lock_guard lock(mutex_);
  return queue_.size() + pending_bytes_;
}

Wire::Received Wire::receive(const Handler& handler) {
  {
    const std::lock_guard lock(mutex_);
    batch_owner_ = std::this_thread::get_id();
  }
  auto result = Received::kMore;
  for (std::size_t turn = 0; turn < kTurnBytes && result == Received::kMore;) {
    make_room();
    const auto got = ::recv(socket_.get(), input_.data() + read_to_, input_.size() - read_to_, MSG_DONTWAIT);
    if (got > 0) {
      const bool filled = read_to_ + static_cast<std::size_t>(got) == input_.size();
      read_to_ += static_cast<std::size_t>(got);
      turn += static_cast<std::size_t>(got);
      if (!hand_over(handler)) {
        result = Received::kBroken;
      } else if (!filled) {
        result = Received::kDrained;  // that was all there is
      }
    } else if (got < 0 && errno == EAGAIN) {
      result = Received::kDrained;
    } else if (got == 0 || errno != EINTR) {
      result = Received::kClosed;
    }
  }
  std::unique_lock lock(mutex_);
  batch_owner_ = {};
  write_out(lock, Batches::kReleased);
  return result;
}

bool Wire::hand_over(const Handler& handler) {
  while (true) {
    const auto found = find_frame({input_.data() + read_from_, read_to_ - read_from_}, max_frame_);
    if (found.state == FoundFrame::State::kBroken) return false;
    if (found.state == FoundFrame::State::kPartial) return true;
    if (handler(found.frame) == Verdict::kBad) return false;
    read_from_ += found.bytes;
  }
}

// Moves what is left to the front, and grows only when the front is full of one frame: a claimed size alone
// costs nothing.
void Wire::make_room() {
  if (read_from_ == read_to_) {
    read_from_ = read_to_ = 0;
    if (input_.size() > kKeptBytes) input_ = {};
  } else if (read_from_ > 0 && input_.size() - read_to_ < kReadBytes / 2) {
    std::memmove(input_.data(), input_.data() + read_from_, read_to_ - read_from_);
    read_to_ -= read_from_;
    read_from_ = 0;
  }
  if (read_to_ == input_.size()) input_.resize(std::max(kReadBytes, input_.size() * 2));
}

}  // namespace agenthost::isolation

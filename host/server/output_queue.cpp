#include "host/server/output_queue.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>

namespace agenthost::server {
namespace {

// Below this, copying is cheaper than one more element in the gather list.
constexpr std::size_t kCopyLimit = 8U << 10U;
// A connection at rest keeps a buffer of at most this size for its next answer.
constexpr std::size_t kKeptCapacity = 4U << 10U;
constexpr std::size_t kGatherLimit = 16;

}  // namespace

void OutputQueue::append(std::string_view bytes) {
  if (bytes.empty()) return;
  if (pieces_.empty() || pieces_.back().shared || pieces_.back().own.size() > kCopyLimit)
    pieces_.emplace_back();
  pieces_.back().own.append(bytes);
  size_ += bytes.size();
}

void OutputQueue::append_owned(std::string bytes) {
  if (bytes.size() <= kCopyLimit) return append(bytes);
  size_ += bytes.size();
  pieces_.push_back({std::move(bytes), nullptr});
}

void OutputQueue::append_shared(std::shared_ptr<const std::string> bytes) {
  if (bytes->size() <= kCopyLimit) return append(*bytes);
  size_ += bytes->size();
  pieces_.push_back({{}, std::move(bytes)});
}

OutputQueue::Outcome OutputQueue::send(int socket) {
  while (size_ > 0) {
    std::array<iovec, kGatherLimit> parts{};
    const std::size_t count = std::min(pieces_.size() - first_, kGatherLimit);
    for (std::size_t i = 0; i < count; ++i) {
      const auto bytes = pieces_[first_ + i].bytes().substr(i == 0 ? offset_ : 0);
      // sendmsg reads what an iovec points to, though its type allows writing.
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
      parts[i] = {const_cast<char*>(bytes.data()), bytes.size()};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const auto sent = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      forget(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      return Outcome::kBlocked;
    } else if (errno != EINTR) {
      return Outcome::kBroken;
    }
  }
  return Outcome::kDrained;
}

void OutputQueue::forget(std::size_t sent) {
  size_ -= sent;
  if (size_ == 0) return forget_all();
  offset_ += sent;
  while (offset_ >= pieces_[first_].bytes().size()) {
    offset_ -= pieces_[first_].bytes().size();
    pieces_[first_++] = {};
  }
  // Shifting only when half is gone keeps the work per piece constant.
  if (first_ > pieces_.size() / 2) {
    pieces_.erase(pieces_.begin(), std::next(pieces_.begin(), static_cast<std::ptrdiff_t>(first_)));
    first_ = 0;
  }
}

void OutputQueue::forget_all() {
  first_ = 0;
  offset_ = 0;
  if (pieces_.size() == 1 && pieces_[0].own.capacity() <= kKeptCapacity) {
    pieces_[0].shared.reset();
    pieces_[0].own.clear();
  } else {
    pieces_.clear();
  }
}

}  // namespace agenthost::server

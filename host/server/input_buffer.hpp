// InputBuffer: bytes received and not yet used, taken from the front without shifting each time.
// Strand-bound.
#pragma once

#include <string>
#include <string_view>

namespace agenthost::server {

class InputBuffer {
 public:
  void append(std::string_view bytes) {
    if (used_ > 0) {
      bytes_.erase(0, used_);
      used_ = 0;
    }
    bytes_.append(bytes);
  }

  void consume(std::size_t count) {
    used_ += count;
    if (used_ < bytes_.size()) return;
    used_ = 0;
    bytes_.clear();
    // A connection at rest should cost little.
    if (bytes_.capacity() > kKeptCapacity) bytes_.shrink_to_fit();
  }

  [[nodiscard]] std::string_view view() const { return std::string_view(bytes_).substr(used_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() - used_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

 private:
  static constexpr std::size_t kKeptCapacity = 4U << 10U;

  std::string bytes_;
  std::size_t used_ = 0;
};

}  // namespace agenthost::server

// Awaited: an answer that may come inside the call that asks for it, or later from another thread.
// Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <utility>

namespace agenthost::runtime {

template <class T>
class Awaited {
 public:
  // From the answering side: true when the asker has gone to wait and must be woken.
  bool deliver(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    return waiting_;
  }
  // From the asker: the value, or nullopt and deliver() will say true.
  std::optional<T> take_or_wait() {
    const std::lock_guard lock(mutex_);
    waiting_ = !value_;
    return std::move(value_);
  }
  std::optional<T> take() {
    const std::lock_guard lock(mutex_);
    return std::move(value_);
  }

 private:
  std::mutex mutex_;
  // Guarded by mutex_
  std::optional<T> value_;
  bool waiting_ = false;
};

}  // namespace agenthost::runtime

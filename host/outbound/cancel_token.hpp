// CancelToken: "stop this" said once, heard by whatever the call is doing right now.
//
// The caller keeps it and may cancel() before, during or after the work; the worker installs a hook for the
// step it is in. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace agenthost::outbound {

class CancelToken {
 public:
  // Runs the hook of the moment, outside the lock. Idempotent.
  void cancel() {
    std::function<void()> hook;
    {
      const std::lock_guard lock(mutex_);
      if (cancelled_) return;
      cancelled_ = true;
      hook.swap(hook_);
    }
    if (hook) hook();
  }

  [[nodiscard]] bool cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }

  // Replaces the hook; runs it at once when the token is cancelled already.
  void on_cancel(std::function<void()> hook) {
    {
      const std::lock_guard lock(mutex_);
      if (!cancelled_) {
        hook_.swap(hook);
        return;
      }
    }
    if (hook) hook();
  }

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_
  bool cancelled_ = false;
  std::function<void()> hook_;
};

// Shared because: the task that may cancel and the work that listens end in either order.
using CancelTokenPtr = std::shared_ptr<CancelToken>;

}  // namespace agenthost::outbound

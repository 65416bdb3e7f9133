// Activity: what a thread is busy with, said as long as it lasts, for whoever finds that thread stuck.
//
// Costs two uncontended locks, so it is for calls of plugins, not for each function. An Activity is
// strand-bound; ActivityOfThread is thread-safe.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace agenthost {

// One thread's, to be looked at by others. Threads that nobody watches have none.
class ActivityOfThread {
 public:
  // "node greet of plugin hello"; empty when nothing was said.
  [[nodiscard]] std::string text() const {
    const std::lock_guard lock(mutex_);
    if (words_.what.empty()) return {};
    return std::string(words_.what) + std::string(words_.name) + " of plugin " +
           std::string(words_.plugin_id);
  }
  // Makes it the calling thread's until that ends.
  void watch_this_thread() { mine() = this; }

 private:
  friend class Activity;
  static ActivityOfThread*& mine() {
    thread_local ActivityOfThread* activity = nullptr;
    return activity;
  }

  struct Words {
    std::string_view what, name, plugin_id;
  };

  mutable std::mutex mutex_;
  // Guarded by mutex_: lent by the Activity
  Words words_;
};

class Activity {
 public:
  // All lent: "node ", "greet", "hello".
  Activity(std::string_view what, std::string_view name, std::string_view plugin_id)
      : thread_(ActivityOfThread::mine()) {
    outer_ = replace({what, name, plugin_id});
  }
  ~Activity() { replace(outer_); }
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

 private:
  using Words = ActivityOfThread::Words;

  Words replace(Words words) {
    if (thread_ == nullptr) return {};
    const std::lock_guard lock(thread_->mutex_);
    return std::exchange(thread_->words_, words);
  }

  ActivityOfThread* const thread_;
  Words outer_;
};

}  // namespace agenthost

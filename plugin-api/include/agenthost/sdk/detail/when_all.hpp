// when_all: many tasks, one continuation. Strand-bound, as everything that awaits.
#pragma once

#include <cstddef>
#include <exception>
#include <utility>
#include <vector>

#include "agenthost/sdk/task.hpp"

namespace agent {
namespace detail {

// Starts every child and resumes the awaiter when the last one has finished.
class Countdown {
 public:
  // One child: runs its task to the end, keeps the failure in the task and reports. Never fails itself.
  class Child {
   public:
    struct promise_type {
      Countdown* countdown = nullptr;
      Child get_return_object() noexcept {
        return Child(std::coroutine_handle<promise_type>::from_promise(*this));
      }
      std::suspend_always initial_suspend() noexcept { return {}; }
      struct Final {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
          return self.promise().countdown->child_finished();
        }
        void await_resume() noexcept {}
      };
      Final final_suspend() noexcept { return {}; }
      void return_void() noexcept {}
      void unhandled_exception() noexcept { std::terminate(); }
    };
    explicit Child(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
    Child(Child&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    ~Child() {
      if (handle_) handle_.destroy();
    }
    void start(Countdown& countdown) {
      handle_.promise().countdown = &countdown;
      handle_.resume();
    }

   private:
    std::coroutine_handle<promise_type> handle_;
  };

  explicit Countdown(std::vector<Child> children) : children_(std::move(children)) {}

  bool await_ready() const noexcept { return children_.empty(); }
  bool await_suspend(std::coroutine_handle<> awaiter) {
    running_ = children_.size();
    for (Child& child : children_) child.start(*this);
    if (running_ == 0) return false;
    awaiter_ = awaiter;
    return true;
  }
  void await_resume() const noexcept {}

 private:
  // awaiter_ is empty while await_suspend is still starting children: then it looks at running_ itself.
  std::coroutine_handle<> child_finished() noexcept {
    return --running_ == 0 && awaiter_ ? awaiter_ : std::noop_coroutine();
  }

  std::vector<Child> children_;
  std::size_t running_ = 0;
  std::coroutine_handle<> awaiter_;
};

// Awaits a task without taking its outcome, so that a failure stays in the task.
template <class T>
struct Finished : Task<T>::Awaiter {
  void await_resume() const noexcept {}
};

template <class T>
Countdown::Child run_child(Task<T>& task) {
  co_await Finished<T>{task.awaiter()};
}

template <class T>
Countdown all_of(std::vector<Task<T>>& tasks) {
  std::vector<Countdown::Child> children;
  children.reserve(tasks.size());
  for (Task<T>& task : tasks) children.push_back(run_child(task));
  return Countdown(std::move(children));
}

}  // namespace detail

template <class T>
Task<std::vector<T>> when_all(std::vector<Task<T>> tasks) {
  detail::Countdown all = detail::all_of(tasks);
  co_await all;
  std::vector<T> results;
  results.reserve(tasks.size());
  for (Task<T>& task : tasks) results.push_back(task.take());
  co_return results;
}

inline Task<void> when_all(std::vector<Task<void>> tasks) {
  detail::Countdown all = detail::all_of(tasks);
  co_await all;
  for (Task<void>& task : tasks) task.take();
}

}  // namespace agent

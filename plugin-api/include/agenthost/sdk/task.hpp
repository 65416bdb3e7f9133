// Task<T>: the coroutine of the SDK. Lazy: it runs when awaited. Exceptions travel to whoever awaits.
// Move-only. Strand-bound: all coroutines of one node run one at a time, in the order the host's replies
// arrive.
//
// Write coroutines as functions, or as lambdas without captures: a coroutine keeps its parameters, not its
// lambda.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "agenthost/sdk/coroutine.hpp"

namespace agent {

template <class T>
class Task;

namespace detail {

class TaskPromiseBase {
 public:
  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      return self.promise().suspended_awaiter();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }

  void awaited_by(std::coroutine_handle<> awaiter) noexcept { awaiter_ = awaiter; }
  void awaiter_suspended() noexcept { awaiter_suspended_ = true; }

 private:
  // Who goes on when this ends. Nobody while the awaiter is still below us on the stack: it looks at done()
  // itself.
  std::coroutine_handle<> suspended_awaiter() const noexcept {
    return awaiter_suspended_ ? awaiter_ : std::noop_coroutine();
  }

  std::coroutine_handle<> awaiter_;
  bool awaiter_suspended_ = false;
};

template <class T>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<T> get_return_object() noexcept;
  template <class Value = T>
  void return_value(Value&& value) {
    outcome_.template emplace<1>(std::forward<Value>(value));
  }
  void unhandled_exception() noexcept { outcome_.template emplace<2>(std::current_exception()); }
  T take() {
    if (outcome_.index() == 2) std::rethrow_exception(std::get<2>(outcome_));
    return std::move(std::get<1>(outcome_));
  }

 private:
  std::variant<std::monostate, T, std::exception_ptr> outcome_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() noexcept {}
  void unhandled_exception() noexcept { failure_ = std::current_exception(); }
  void take() {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::exception_ptr failure_;
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  struct Awaiter {
    Handle handle;
    bool await_ready() const noexcept { return false; }
    // Why not symmetric transfer here too: a loop over tasks that finish at once would grow the stack
    // wherever the compiler makes no tail calls (debug builds, sanitizers). So run it here and suspend only
    // if it did.
    bool await_suspend(std::coroutine_handle<> awaiter) {
      handle.promise().awaited_by(awaiter);
      handle.resume();
      if (handle.done()) return false;
      handle.promise().awaiter_suspended();
      return true;
    }
    T await_resume() { return handle.promise().take(); }
  };
  Awaiter operator co_await() && noexcept { return awaiter(); }
  [[nodiscard]] Awaiter awaiter() const noexcept { return Awaiter{handle_}; }

  // For whoever drives the outermost task: start, then take() once done() says so.
  void start() { handle_.resume(); }
  [[nodiscard]] bool done() const noexcept { return handle_.done(); }
  T take() { return handle_.promise().take(); }

 private:
  Handle handle_;
};

template <class T>
Task<T> detail::TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> detail::TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

// Runs the tasks concurrently (their host calls overlap; their code does not) and gives the results in the
// same order. Waits for all of them even when one fails; then the first failure in the list's order is
// thrown.
template <class T>
Task<std::vector<T>> when_all(std::vector<Task<T>> tasks);
Task<void> when_all(std::vector<Task<void>> tasks);

}  // namespace agent

#include "agenthost/sdk/detail/when_all.hpp"

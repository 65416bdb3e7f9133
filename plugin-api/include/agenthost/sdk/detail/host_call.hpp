// HostCall: awaits one call of a host extension. Strand-bound.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "agenthost/sdk/detail/execution.hpp"
#include "agenthost/sdk/error.hpp"
#include "agenthost/sdk/task.hpp"

namespace agent::detail {

// The table, or a readable refusal.
template <class Table>
const Table& granted(const Table* table, std::string_view id) {
  if (table != nullptr) return *table;
  throw Error(Code::kDenied, std::string(id) +
                                 " is not available to this plugin: add it to `needs:` in plugin.yaml, and "
                                 "let the operator grant it");
}

[[noreturn]] inline void throw_failed(agent_status status, std::string_view what, std::string_view text) {
  std::string message(what);
  message.append(": ").append(text.empty() ? "the host refused the call" : text);
  throw Error(static_cast<Code>(status), message);
}

// co_await HostCall(execution, what, start) -> Reply. start(token) makes the call; on_part sees each streamed
// part.
template <class Start>
class HostCall final : private ReplySink {
 public:
  using OnPart = std::function<void(const Reply&)>;

  HostCall(Execution& execution, std::string_view what, Start start, OnPart on_part = {})
      : execution_(execution), what_(what), start_(std::move(start)), on_part_(std::move(on_part)) {}
  ~HostCall() override {
    if (waiter_) execution_.forget(token_);
  }
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    token_ = execution_.expect(*this);
    waiter_ = waiter;
    reply_.status = start_(token_);
    // No reply can have been dispatched yet: the execution is in the middle of this step.
    if (reply_.status == AGENT_OK) return true;
    execution_.forget(token_);
    waiter_ = {};
    return false;
  }
  Reply await_resume() {
    if (part_failure_) std::rethrow_exception(part_failure_);
    if (reply_.status != AGENT_OK) throw_failed(reply_.status, what_, reply_.text);
    return std::move(reply_);
  }

 private:
  void part(const Reply& reply) noexcept override {
    if (!on_part_ || part_failure_) return;
    try {
      on_part_(reply);
    } catch (...) {
      part_failure_ = std::current_exception();  // thrown where the node awaits, once the final reply is here
    }
  }
  void finish(Reply reply) noexcept override {
    reply_ = std::move(reply);
    std::exchange(waiter_, {}).resume();
  }

  Execution& execution_;
  const std::string_view what_;
  Start start_;
  OnPart on_part_;
  std::uint64_t token_ = 0;
  std::coroutine_handle<> waiter_;  // set while the host owes the final reply
  Reply reply_;
  std::exception_ptr part_failure_;
};

}  // namespace agent::detail

// Execution: one run of one coroutine node: its task handle, its frames, and the host calls it waits for.
//
// Everything of one execution happens one step at a time. The ABI promises that start_node and on_reply of a
// task never overlap; the inbox keeps that true even for a host that breaks the promise (a reply from inside
// the call, or from another thread too early waits until the running step is over). So awaiters need no
// atomics. Thread-safe at deliver() and the services; strand-bound inside.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agenthost/sdk/detail/border.hpp"
#include "agenthost/sdk/detail/services.hpp"
#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/state.hpp"
#include "agenthost/sdk/task.hpp"
#include "agenthost/sdk/update.hpp"

namespace agent::detail {

// A reply, copied out of the host's borrowed one.
struct Reply {
  agent_status status = AGENT_INTERNAL;
  std::string text;
  std::string body;
};

// Whoever waits for the replies to one token.
class ReplySink {
 public:
  virtual ~ReplySink() = default;
  virtual void part(const Reply& reply) noexcept = 0;
  // Resumes the coroutine that waits; the sink may be gone when this returns.
  virtual void finish(Reply reply) noexcept = 0;
};

class Execution : public std::enable_shared_from_this<Execution> {
 public:
  // Called once, before the task ends: the graph forgets the execution.
  using OnEnd = std::function<void(agent_task*)>;

  Execution(const Services& services, agent_task* task, const agent_node_call& call, std::string node,
            State input)
      : services_(services),
        task_(task),
        attempt_(call.attempt),
        node_(std::move(node)),
        input_(std::move(input)),
        config_text_(view(call.config)) {}

  // ---- Driving (used by the trampolines) ----
  // Runs a plain node to its end.
  template <class Body>
  void run(Body&& body) noexcept {
    std::optional<Update> update;
    const std::optional<Failure> failure = guarded([&] { update = body(); });
    report(failure, update);
  }
  // Starts the coroutine that make() gives. keep: what its references point to, held until the node has
  // ended.
  template <class Make>
  void start(std::shared_ptr<void> keep, OnEnd on_end, Make&& make) noexcept {
    keep_ = std::move(keep);
    on_end_ = std::move(on_end);
    is_stepping_ = true;
    if (const std::optional<Failure> failure = guarded([&] { root_.emplace(make()); })) {
      return end([&] { report(failure, std::nullopt); });
    }
    root_->start();
    step_until_idle();
  }
  void deliver(std::uint64_t token, Reply reply) {
    {
      const std::lock_guard lock(mutex_);
      inbox_.push_back({token, std::move(reply)});
      // Also true once the node has ended: then nobody looks at the inbox any more.
      if (is_stepping_) return;
      is_stepping_ = true;
    }
    step_until_idle();
  }
  // Ends the task from outside the coroutine, when a reply could not even be stored.
  void fail(const Failure& failure) noexcept {
    services_.api->fail(task_, failure.status, borrow(failure.kind), borrow(failure.text));
  }
  // Drops the frames of a node whose graph is destroyed under it.
  void abandon() noexcept {
    root_.reset();
    keep_.reset();
  }

  // ---- Waiting (used by awaiters, on the strand) ----
  std::uint64_t expect(ReplySink& sink) {
    waiting_.emplace_back(++last_token_, &sink);
    return last_token_;
  }
  void forget(std::uint64_t token) noexcept {
    std::erase_if(waiting_, [token](const auto& entry) { return entry.first == token; });
  }

  // ---- Asking (used by Context) ----
  [[nodiscard]] const Services& services() const noexcept { return services_; }
  [[nodiscard]] agent_task* task() const noexcept { return task_; }
  [[nodiscard]] unsigned attempt() const noexcept { return attempt_; }
  [[nodiscard]] const std::string& node() const noexcept { return node_; }
  [[nodiscard]] const Json& input() const noexcept { return input_.json(); }
  [[nodiscard]] const Json& config() const {
    std::call_once(config_once_, [this] { config_ = parse_json(config_text_, "the node's config"); });
    return config_;
  }
  [[nodiscard]] unsigned next_message() noexcept { return ++messages_; }
  [[nodiscard]] Json interrupt(const Json& value) {
    Received answer;
    const agent_status status = services_.api->interrupt(task_, borrow(to_text(value)), answer.slot());
    if (status == AGENT_OK) return parse_json(answer.text(), "the answer to the interrupt");
    if (status == AGENT_INTERRUPTED) {
      is_interrupted_ = true;
      throw InterruptSignal{};
    }
    throw Error(static_cast<Code>(status), "interrupt: the host refused it");
  }

 private:
  struct Incoming {
    std::uint64_t token;
    Reply reply;
  };

  void step_until_idle() noexcept {
    // Keeps this alive: ending the node drops the graph's reference.
    const std::shared_ptr<Execution> self = shared_from_this();
    while (!root_->done()) {
      std::optional<Incoming> next = take_incoming();
      if (!next) return;
      dispatch(std::move(*next));
    }
    std::optional<Update> update;
    const std::optional<Failure> failure = guarded([&] { update = root_->take(); });
    end([&] { report(failure, update); });
  }

  // Empty: the step is over and the next reply starts a new one.
  std::optional<Incoming> take_incoming() noexcept {
    const std::lock_guard lock(mutex_);
    if (inbox_.empty()) {
      is_stepping_ = false;
      return std::nullopt;
    }
    Incoming next = std::move(inbox_.front());
    inbox_.erase(inbox_.begin());
    return next;
  }

  void dispatch(Incoming incoming) noexcept {
    for (const auto& [token, sink] : waiting_) {
      if (token != incoming.token) continue;
      if (incoming.reply.status == AGENT_MORE) return sink->part(incoming.reply);
      ReplySink* const waiter = sink;
      forget(token);
      return waiter->finish(std::move(incoming.reply));
    }
    // Unknown token: a reply nobody waits for any more.
  }

  // The author's objects go first and the graph forgets the task before it ends: then the host may do
  // anything. is_stepping_ stays true, so nothing is dispatched ever after.
  template <class Report>
  void end(Report&& report_outcome) noexcept {
    const std::shared_ptr<Execution> self = shared_from_this();
    abandon();
    on_end_(task_);
    report_outcome();
  }

  void report(const std::optional<Failure>& failure, const std::optional<Update>& update) noexcept {
    // Even if the author's catch (...) swallowed the signal.
    if (is_interrupted_) {
      services_.api->complete(task_, AGENT_INTERRUPTED, nullptr);
      return;
    }
    if (failure) return fail(*failure);
    const std::optional<Failure> unwritable = guarded([&] {
      const Json command = update->command();
      agent_bytes bytes = own(to_text(command.is_null() ? update->json() : command));
      services_.api->complete(task_, command.is_null() ? AGENT_OK : AGENT_COMMAND, &bytes);
    });
    if (unwritable) fail(*unwritable);
  }

  // Constant after construction.
  const Services& services_;
  agent_task* const task_;
  const unsigned attempt_;
  const std::string node_;
  const State input_;
  const std::string config_text_;

  // Guarded by config_once_.
  mutable std::once_flag config_once_;
  mutable Json config_;

  // Guarded by mutex_.
  std::mutex mutex_;
  std::vector<Incoming> inbox_;  // hardly ever more than one
  bool is_stepping_ = false;

  // On the strand: only touched by the running step.
  std::shared_ptr<void> keep_;  // shared because: its type is the trampoline's business
  std::optional<Task<Update>> root_;
  OnEnd on_end_;
  std::vector<std::pair<std::uint64_t, ReplySink*>> waiting_;
  std::uint64_t last_token_ = 0;
  bool is_interrupted_ = false;

  // Thread-safe by itself.
  std::atomic<unsigned> messages_{0};
};

}  // namespace agent::detail

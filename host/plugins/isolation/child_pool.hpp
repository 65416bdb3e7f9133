// ChildPool: the worker processes of one plugin, and the work between them.
//
// Work goes to the process that has the least; while none is ready it waits. A process that is lost (it
// crashed, exited, hung) is replaced, and its work is given to another, a bounded number of times when it may
// be the work that kills. After too many losses the plugin is in quarantine: all its work fails at once, and
// trouble() says why. Thread-safe.
#pragma once

#include <deque>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/base/executor.hpp"
#include "host/plugins/isolation/assignment.hpp"
#include "host/plugins/isolation/child.hpp"
#include "host/plugins/isolation/restart_policy.hpp"
#include "host/plugins/manifest.hpp"
#include "host/plugins/plugin_host.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::isolation {

// What every process of a plugin is started with.
struct Equipment {
  std::filesystem::path program;  // agenthost-worker
  Purpose purpose = Purpose::kWork;
  plugins::Manifest manifest;
  std::filesystem::path folder, library;
  std::string config;
  std::vector<std::string> extensions;        // ids that were granted
  std::vector<std::string> services, models;  // see SetUp
  std::size_t max_update_bytes = 0;
  settings::WorkerProcesses limits;
};

class ChildPool final : public Child::Owner, public std::enable_shared_from_this<ChildPool> {
 public:
  // loop, timers and host outlive the pool and whoever holds it.
  ChildPool(Equipment equipment, EventLoop& loop, Timers& timers, plugins::PluginHost& host);
  ~ChildPool() override;

  // Starts a process and waits for it to have loaded the plugin: what describe() returned. The others are
  // started after it. Not on the loop.
  [[nodiscard]] Result<std::string> open();

  void give(AssignmentPtr assignment);
  // Takes back what waits for a process; false when it does not.
  [[nodiscard]] bool withdraw(const Assignment& assignment);
  // Nobody waits for it any more, although the child still has it. From the child a sign of life is asked;
  // one whose blocking thread is held is replaced, once its other work is done.
  enum class Holds { kNothing, kThread };
  void give_up(const std::shared_ptr<Child>& child, std::uint64_t number, Holds holds);

  // Why nothing runs; empty while it does.
  [[nodiscard]] std::string trouble() const;

  // Lets every process stop its plugin, and ends those that do not. Work that is left ends with kCancelled.
  // Idempotent; not on the loop.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Stage { kOpening, kOpen, kQuarantined, kStopping };
  struct Given {
    AssignmentPtr assignment;
    unsigned strikes = 0;  // processes it was lost with that it may have killed
  };
  struct Seat {
    std::shared_ptr<Child> child;  // null between two
    bool leaving = false;          // gets no more work
    bool worked = false;           // has ended some
    std::unordered_map<std::uint64_t, Given> work;
  };

  // Child::Owner, on the loop
  void became_ready(Child& child, std::string_view description) override;
  Wire::Verdict spoke(Child& child, const Frame& frame) override;
  void hung_up(Child& child) override;
  void logged(Child& child, telemetry::Level level, std::string_view line) override;
  void ended(Child& child, const Death& death) override;

  void start_child(std::size_t seat);
  void replace(std::size_t seat, RestartPolicy::HadWorked worked, const std::string& how);
  void first_is_ready(std::string_view description);
  void none_came();
  [[nodiscard]] std::unique_ptr<RemoteMeter> make_meter() const;
  void start_timed_out(const std::shared_ptr<Child>& child);
  void tell_opened(Result<std::string> result);
  void dispatch(Given given);
  void dispatch_waiting();
  void take_up_again(std::vector<Given> lost, const Death& death);
  void quarantine(const std::string& why);
  void retire(const std::shared_ptr<Child>& child);
  void look_after_children();
  void end_overdue();
  [[nodiscard]] std::vector<std::shared_ptr<Child>> children() const;
  void on_loop_after(std::chrono::nanoseconds delay, std::function<void(ChildPool&)> then);
  [[nodiscard]] AssignmentPtr find(const Child& child, std::uint64_t number);
  [[nodiscard]] AssignmentPtr take(const Child& child, std::uint64_t number);
  [[nodiscard]] SetUp set_up() const;
  [[nodiscard]] Seat* seat_of(const Child& child);  // holds mutex_
  [[nodiscard]] Seat* best_seat();                  // holds mutex_
  [[nodiscard]] static Death retired();

  template <class Message, class Use>
  Wire::Verdict with(Child& child, const Frame& frame, Use use);
  template <class Message, class Use>
  Wire::Verdict ending(Child& child, const Frame& frame, Use use);
  template <class Message>
  Wire::Verdict service_call(Child& child, const Frame& frame);

  // Constant after construction
  const Equipment equipment_;
  EventLoop& loop_;
  Timers& timers_;
  plugins::PluginHost& host_;
  const std::size_t max_frame_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  Stage stage_ = Stage::kOpening;
  std::vector<Seat> seats_;
  std::deque<Given> waiting_;
  std::uint64_t last_number_ = 0;
  std::string trouble_;
  std::size_t alive_ = 0;  // and those that are being started
  std::promise<void> all_gone_;
  // Owned by the loop
  RestartPolicy restarts_;
  std::uint32_t last_child_ = 0;
  std::string description_;
  std::promise<Result<std::string>> opened_;
  bool told_opened_ = false;
};

}  // namespace agenthost::isolation

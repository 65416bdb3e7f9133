// StrictHost: a host for the validator: it does what the server does, and says aloud what the server bears in
// silence.
//
// One per process, since the C tables carry no pointer of ours; nothing of a task is ever freed, so that a
// late call is recognised instead of followed. Services answer at once: time does not pass, the store is
// empty, the web and the models say little or nothing. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agenthost/agent_plugin.h"
#include "host/plugins/extension_call.hpp"
#include "host/plugins/validator/child.hpp"
#include "host/telemetry/plugin_metrics.hpp"

namespace agenthost::plugins::validator {

// What the world outside is like for a run.
enum class Weather { kFair, kStormy };  // stormy: every service fails with AGENT_UNAVAILABLE

struct RunPlan {
  std::string who;   // the node for people: name_of_node()
  std::string node;  // its path
  bool blocking = false;
  std::string state = "{}";
  std::string config = "{}";
  std::vector<std::string> answers;  // of the human
  Weather weather = Weather::kFair;
  unsigned cancel_after_calls = std::numeric_limits<unsigned>::max();  // 0: before it starts
};

// How a task ended, and what it did on the way.
struct Ending {
  enum class Kind { kNever, kRefused, kCompleted, kInterrupted, kFailed };
  Kind kind = Kind::kNever;
  agent_status status = AGENT_OK;
  std::string text;    // the error
  std::string update;  // what it completed with; empty when that was no update at all
  unsigned service_calls = 0;
};

struct Patience {
  std::chrono::milliseconds node{5'000};   // a node's deadline
  std::chrono::milliseconds grace{2'000};  // between cancel and its end
};

class StrictHost {
 public:
  // lost: nodes that are not to be run, as in RunPlan::who.
  StrictHost(Witness& witness, std::vector<std::string> needs, Patience patience, std::set<std::string> lost);
  ~StrictHost();
  StrictHost(const StrictHost&) = delete;
  StrictHost& operator=(const StrictHost&) = delete;

  [[nodiscard]] static const agent_host_api& api();
  // Of every service, for a host that hands them out itself; they answer nothing without a StrictHost.
  [[nodiscard]] static std::vector<Extension> extensions();
  [[nodiscard]] agent_host* handle();

  // Runs one node from start_node to its end, on this thread. A lost one is not run: kNever.
  Ending run(const agent_plugin_api& plugin, agent_graph* graph, const RunPlan& plan);
  // The handle of the task that ended last, for calls that come too late; null before the first run.
  [[nodiscard]] agent_task* last_task();
  // Lets go of what is kept of tasks that have ended, so that memory can be measured.
  void forget();
  // The services that the plugin asked for and that its manifest does not ask for.
  [[nodiscard]] std::set<std::string> refused();
  // What is only known at the end: answers that were never released.
  void check_leftovers();

 private:
  struct Task;
  struct Reply;
  struct Answer;
  struct Tables;

  void start(const agent_plugin_api& plugin, Task& task);
  void drive(const agent_plugin_api& plugin, Task& task);
  void deliver(const agent_plugin_api& plugin, Task& task, const Reply& reply);
  void cancel(const agent_plugin_api& plugin, Task& task);
  // Those below hold mutex_.
  void say_endless(const Task& task);
  // The task, unless it has ended or never was, which is a fault.
  Task* live_task(const agent_task* handle, std::string_view function);
  // Whether it is one that can be read; what is in it is not for the contract to judge (see Rehearsal).
  bool check_update(const Task& task, agent_status status, std::string_view update);
  void check_command(const Task& task, std::string_view command);
  void end(Task& task, Ending::Kind kind, agent_status status, std::string text);

  agent_status call_service(agent_task* handle, std::uint64_t token, std::string_view service,
                            std::string_view request, std::string answer);

  // Constant after construction
  Witness& witness_;
  telemetry::PluginMeter meter_{std::make_shared<telemetry::PluginMetrics>(), "the plugin"};
  const std::vector<std::string> needs_;
  const Patience patience_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_
  std::vector<std::unique_ptr<Task>> tasks_;
  std::vector<std::unique_ptr<Answer>> answers_;
  std::set<std::string> refused_, lost_;
};

}  // namespace agenthost::plugins::validator

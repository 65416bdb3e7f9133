// V2Projection: what one run says, in the words of protocol v2. Takes the run's events (all modes,
// subgraphs included) and its outcome, gives the events of the thread's stream, in order. Pure; for one
// thread.
//
// It speaks for all official clients at once, so some things are said twice: an interrupt as `payload` and
// `value`, a custom object as itself and as `payload`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/runtime/event_stream.hpp"
#include "host/services/active_run.hpp"
#include "host/services/v2_event.hpp"
#include "host/services/v2_messages.hpp"

namespace agenthost::services {

// Why a run with strict_resume did nothing.
struct V2Refusal {
  std::vector<std::string> interrupt_ids;  // answered, but not asked
  std::vector<std::string> pending_ids;    // asked
};

class V2Projection {
 public:
  // answered: the interrupts this run is the answer to.
  V2Projection(std::string run_id, std::string graph_name, std::vector<std::string> answered);

  void see(const runtime::Event& event, std::vector<V2Event>& out);
  // It has ended and that is stored: what waits for an answer, and how it ended. Once, as the last.
  void ended(const RunOutcome& outcome, const std::optional<V2Refusal>& refusal, std::vector<V2Event>& out);

  // {"namespace","status","graph_name","children"}: the graphs that ran.
  [[nodiscard]] std::string tree_json() const;

 private:
  struct Task {
    Namespace ns;
    std::string id, node;
  };
  struct Subgraph {
    Namespace ns;
    std::string status = "running";
  };
  struct Interrupt {
    std::string id, value;
    Namespace ns;
  };

  void begin(std::vector<V2Event>& out);
  void enter(const Namespace& ns, std::vector<V2Event>& out);
  void leave(const Namespace& ns, std::string_view how, std::string_view error, std::vector<V2Event>& out);
  void values(const Namespace& ns, const std::string& data, std::vector<V2Event>& out);
  void checkpoint(const Namespace& ns, const std::string& data);
  void updates(const Namespace& ns, const std::string& data, std::vector<V2Event>& out);
  void task(const Namespace& ns, const std::string& data, std::vector<V2Event>& out);
  void task_ended(const Namespace& ns, const JsonValue& result, std::vector<V2Event>& out);
  void tool(const Namespace& ns, const std::string& data, std::vector<V2Event>& out);
  void custom(const Namespace& ns, const std::string& data, std::vector<V2Event>& out);
  void note_interrupts(const Namespace& ns, const JsonValue& interrupts);
  void root(std::string_view how, const std::string& rest, std::vector<V2Event>& out);
  [[nodiscard]] std::string tool_task(const Namespace& ns, std::string_view call_id) const;

  // Constant after construction
  const std::string run_id_;
  const std::string graph_name_;
  const std::vector<std::string> answered_;

  std::string status_;                              // empty before it began
  std::map<std::string, std::string> checkpoints_;  // by namespace: made, its values not yet shown
  std::vector<Task> tasks_;                         // under way
  std::vector<Subgraph> subgraphs_;                 // in order of appearance
  std::vector<Interrupt> interrupts_;
  V2Messages messages_;
};

}  // namespace agenthost::services

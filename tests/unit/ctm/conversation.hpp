// Conversation: walks the graph node by node over the SDK's fake host, as the server's loop would.
// Strand-bound.
#pragma once

#include <agenthost/sdk/testing.hpp>
#include <optional>
#include <string>
#include <vector>

extern "C" agent_status agent_plugin_entry(const agent_entry_request* request,
                                           agent_entry_reply* reply) noexcept;

class Conversation {
 public:
  explicit Conversation(agent::Json start) : host(agent_plugin_entry), state(std::move(start)) {}
  Conversation(const Conversation&) = delete;

  // Runs one node and applies its update, if it made one.
  agent::testing::Outcome step(const std::string& node, std::vector<agent::Json> answers = {},
                               agent::Json config = agent::Json::object()) {
    config["task_id"] = "task-" + node + std::to_string(steps_++);
    agent::testing::Outcome outcome =
        host.run("agent", node, state, {.config = config, .answers = std::move(answers)});
    if (outcome.ok()) apply(outcome.update);
    return outcome;
  }

  // From the start to a report, with the answer to the selection.
  void run_to_report(const agent::Json& selection) {
    for (const char* node : {"ingest_info", "research_opportunities"}) last(step(node));
    last(step("select_opportunities", {selection}));
    for (const char* node : {"process_selection", "academic_research", "generate_report"}) last(step(node));
  }

  agent::testing::Host host;
  agent::Json state;
  std::vector<std::string> failures;  // of run_to_report

 private:
  void last(const agent::testing::Outcome& outcome) {
    if (!outcome.ok()) failures.push_back(outcome.error_kind + ": " + outcome.error_text);
  }

  void apply(const agent::Json& update) {
    for (const auto& [channel, value] : update.items()) {
      if (channel != "messages") {
        state[channel] = value;
        continue;
      }
      for (const agent::Json& message : value) state["messages"].push_back(message);
    }
  }

  int steps_ = 0;
};

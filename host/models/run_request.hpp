// RunRequest: what a client asks of a run, checked. Immutable value once read.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/models/run.hpp"

namespace agenthost::models {

enum class OnDisconnect { kContinue, kCancel };
enum class IfNotExists { kReject, kCreate };
enum class OnCompletion { kDelete, kKeep };

struct RunRequest {
  std::string assistant_id;  // a UUID or a graph id
  // JSON texts; absent = null or not sent.
  std::optional<std::string> input;
  std::optional<std::string> resume, update, goes_to;  // command.resume, .update, .goto
  std::string config = "{}", context = "{}", metadata = "{}";
  std::optional<std::string> checkpoint_id;
  std::vector<std::string> stream_modes{"values"};
  std::vector<std::string> interrupt_before, interrupt_after;  // "*" = every node
  std::optional<int> recursion_limit;                          // config.recursion_limit
  MultitaskStrategy multitask_strategy = MultitaskStrategy::kEnqueue;
  OnDisconnect on_disconnect = OnDisconnect::kContinue;
  IfNotExists if_not_exists = IfNotExists::kReject;
  OnCompletion on_completion = OnCompletion::kDelete;
  std::string durability = "async";  // sync | async | exit
  bool resumable = false;
  std::chrono::microseconds after{0};  // after_seconds: starts so long after its creation
  std::optional<std::string> webhook;  // told how the run ended; a path means this server
  bool background = false;  // nobody reads it from the start: it records what may be asked for later
  bool followed = false;    // started through protocol v2: the thread's stream shows it, after a restart too
  bool subgraphs = false;   // stream_subgraphs
  bool strict_resume = false;  // answers to interrupts that nobody asked refuse the run

  // kInvalid "<field>: <problem>"; kUnsupported for members this version would have to ignore.
  [[nodiscard]] static Result<RunRequest> from_json(const JsonValue& body);
};

// What is stored as Run.kwargs: from_json reads it back.
[[nodiscard]] std::string kwargs_json(const RunRequest& request);

}  // namespace agenthost::models

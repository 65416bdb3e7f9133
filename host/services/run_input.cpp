#include "host/services/run_input.hpp"

#include <algorithm>

namespace agenthost::services {
namespace {

using models::Checkpoint;
using models::CheckpointTask;
using runtime::Continue;
using runtime::InputValues;
using runtime::Resume;

std::vector<const CheckpointTask*> waiting_tasks(const std::optional<Checkpoint>& checkpoint) {
  std::vector<const CheckpointTask*> waiting;
  if (!checkpoint) return waiting;
  for (const auto& task : checkpoint->tasks) {
    if (task.interrupt) waiting.push_back(&task);
  }
  return waiting;
}

// {"<interrupt id>": answer, ...} when every key is the id of a pending interrupt.
std::optional<Resume> answers_by_id(const std::string& answer,
                                    const std::vector<const CheckpointTask*>& waiting) {
  const auto members = split_object(answer);
  if (!members || members->empty()) return std::nullopt;
  Resume resume;
  for (const auto& member : *members) {
    const auto task = std::find_if(waiting.begin(), waiting.end(),
                                   [&](const auto* one) { return one->interrupt->id == member.key; });
    if (task == waiting.end()) return std::nullopt;
    resume.answers.push_back({(*task)->id, make_blob(member.text)});
  }
  return resume;
}

Result<runtime::RunInput> answer_with(const std::string& answer,
                                      const std::vector<const CheckpointTask*>& waiting) {
  if (auto by_id = answers_by_id(answer, waiting)) return runtime::RunInput(std::move(*by_id));
  if (waiting.size() == 1) return runtime::RunInput(Resume{{{waiting.front()->id, make_blob(answer)}}});
  return fail(ErrorCode::kInvalid,
              "When there are multiple pending interrupts, you must specify the interrupt id when resuming: "
              "command.resume = {\"<interrupt id>\": answer}",
              "RuntimeError");
}

// A run taken up again: has it made a checkpoint of its own, or answered its interrupt, before the server
// stopped?
bool went_on_before(const ActiveRun& run, const std::optional<Checkpoint>& latest) {
  if (run.row.attempts <= 1 || !latest) return false;
  if (latest->run_id == run.row.run_id) return latest->source != "input";
  return run.request.resume && waiting_tasks(latest).empty();
}

runtime::StreamModes modes_of(const std::vector<std::string>& names) {
  using runtime::StreamMode;
  const std::vector<std::pair<std::string_view, StreamMode>> known{
      {"values", StreamMode::kValues},     {"updates", StreamMode::kUpdates},
      {"messages", StreamMode::kMessages}, {"messages-tuple", StreamMode::kMessagesTuple},
      {"custom", StreamMode::kCustom},     {"tasks", StreamMode::kTasks},
      {"debug", StreamMode::kDebug},       {"checkpoints", StreamMode::kCheckpoints},
      {"events", StreamMode::kEvents},     {"tools", StreamMode::kTools}};
  runtime::StreamModes modes = 0;
  for (const auto& [name, mode] : known) {
    if (std::find(names.begin(), names.end(), name) != names.end()) modes |= static_cast<unsigned>(mode);
  }
  return modes;
}

// What the thread's tape is made of.
constexpr runtime::StreamModes kFollowedModes = static_cast<unsigned>(runtime::StreamMode::kValues) |
                                                static_cast<unsigned>(runtime::StreamMode::kUpdates) |
                                                static_cast<unsigned>(runtime::StreamMode::kMessagesTuple) |
                                                static_cast<unsigned>(runtime::StreamMode::kTools) |
                                                static_cast<unsigned>(runtime::StreamMode::kTasks) |
                                                static_cast<unsigned>(runtime::StreamMode::kCheckpoints) |
                                                static_cast<unsigned>(runtime::StreamMode::kCustom);

runtime::Breakpoints breakpoints(const std::vector<std::string>& nodes) {
  return {std::find(nodes.begin(), nodes.end(), "*") != nodes.end(), nodes};
}

runtime::Durability durability_of(const std::string& word) {
  if (word == "sync") return runtime::Durability::kSync;
  return word == "exit" ? runtime::Durability::kExit : runtime::Durability::kAsync;
}

}  // namespace

Result<runtime::RunInput> choose_input(const ActiveRun& run, const std::optional<Checkpoint>& latest) {
  if (went_on_before(run, latest)) return runtime::RunInput(Continue{});
  const auto waiting = waiting_tasks(latest);
  const auto& request = run.request;
  if (request.resume) {
    if (waiting.empty()) return latest ? runtime::RunInput(Continue{}) : runtime::RunInput(Resume{});
    return answer_with(*request.resume, waiting);
  }
  if (!request.input) return runtime::RunInput(Continue{});
  if (!waiting.empty() && run.graph.graph->resumes_on_input()) return answer_with(*request.input, waiting);
  return runtime::RunInput(InputValues{make_blob(*request.input)});
}

runtime::RunSpec make_spec(const ActiveRun& run, unsigned default_recursion_limit,
                           std::chrono::milliseconds timeout) {
  const auto& request = run.request;
  const auto& graph = run.graph;
  runtime::RunSpec spec;
  spec.run_id = run.row.run_id;
  spec.thread_id = run.row.thread_id;
  spec.assistant_id = run.row.assistant_id;
  spec.graph = graph.graph;
  spec.executor = graph.executor;
  spec.configurable = run.configurable;
  spec.context = request.context;
  spec.metadata = run.row.metadata;
  spec.stream_modes = modes_of(request.stream_modes) | (run.followed ? kFollowedModes : 0U);
  spec.interrupt_before = breakpoints(request.interrupt_before);
  spec.interrupt_after = breakpoints(request.interrupt_after);
  const auto declared = graph.graph->recursion_limit();
  spec.recursion_limit = request.recursion_limit ? static_cast<unsigned>(*request.recursion_limit)
                         : declared != 0         ? declared
                                                 : default_recursion_limit;
  spec.durability = durability_of(request.durability);
  spec.attempt = std::max(run.row.attempts, 1);
  spec.timeout = timeout;
  return spec;
}

}  // namespace agenthost::services

#include "host/services/run_input.hpp"

#include <algorithm>

namespace agenthost::services {
namespace {

using models::Checkpoint;
using models::Interrupt;
using runtime::Command;
using runtime::Continue;
using runtime::InputValues;

std::vector<Interrupt> waiting_interrupts(const std::optional<Checkpoint>& checkpoint) {
  std::vector<Interrupt> waiting;
  if (!checkpoint) return waiting;
  for (const auto& task : checkpoint->tasks) {
    if (!task.result) waiting.insert(waiting.end(), task.interrupts.begin(), task.interrupts.end());
  }
  return waiting;
}

bool is_waiting(const std::vector<Interrupt>& waiting, std::string_view id) {
  return std::any_of(waiting.begin(), waiting.end(), [&](const Interrupt& one) { return one.id == id; });
}

bool looks_like_interrupt_id(std::string_view key) {
  return key.size() == 32 && key.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// {"<interrupt id>": answer, ...}: when every key is or looks like an interrupt's id. Those that do not wait
// (any more) are passed over: an answer must not become that of another question. nullopt: the answer is a
// value.
std::optional<std::vector<Command::Answer>> answers_by_id(const std::string& answer,
                                                          const std::vector<Interrupt>& waiting) {
  const auto members = split_object(answer);
  if (!members || members->empty()) return std::nullopt;
  std::vector<Command::Answer> answers;
  for (const auto& member : *members) {
    if (is_waiting(waiting, member.key)) {
      answers.push_back({member.key, make_blob(member.text)});
    } else if (!looks_like_interrupt_id(member.key)) {
      return std::nullopt;
    }
  }
  return answers;
}

// With strict_resume: every key that looks like an interrupt's id must be one that waits.
Status check_strictly(const ActiveRun& run, const std::vector<Interrupt>& waiting) {
  const auto& request = run.request;
  if (!request.strict_resume || run.row.attempts > 1) return {};
  const auto members = split_object(*request.resume);
  if (!members) return {};
  for (const auto& member : *members) {
    if (!looks_like_interrupt_id(member.key) || is_waiting(waiting, member.key)) continue;
    return fail(ErrorCode::kInvalid, "no interrupt " + member.key + " waits for an answer on this thread",
                "UnknownInterruptError");
  }
  return {};
}

Result<std::vector<Command::Answer>> answers_to(const std::string& answer,
                                                const std::vector<Interrupt>& waiting) {
  if (waiting.empty()) return std::vector<Command::Answer>{};
  if (auto by_id = answers_by_id(answer, waiting)) return std::move(*by_id);
  if (waiting.size() == 1) return std::vector<Command::Answer>{{waiting.front().id, make_blob(answer)}};
  return fail(ErrorCode::kInvalid,
              "When there are multiple pending interrupts, you must specify the interrupt id when resuming: "
              "command.resume = {\"<interrupt id>\": answer}",
              "RuntimeError");
}

JsonBlob blob_of(const std::optional<std::string>& text) {
  return text ? make_blob(*text) : nullptr;
}

// A run taken up again: has it made a checkpoint of its own, or answered its interrupt, before the server
// stopped?
bool went_on_before(const ActiveRun& run, const std::optional<Checkpoint>& latest) {
  if (run.row.attempts <= 1 || !latest) return false;
  if (latest->run_id == run.row.run_id) return true;
  return run.request.resume && waiting_interrupts(latest).empty();
}

// What the thread's tape is made of.
constexpr runtime::StreamModes kFollowedModes =
    only(runtime::StreamMode::kValues) | only(runtime::StreamMode::kUpdates) |
    only(runtime::StreamMode::kMessagesTuple) | only(runtime::StreamMode::kTools) |
    only(runtime::StreamMode::kTasks) | only(runtime::StreamMode::kCheckpoints) |
    only(runtime::StreamMode::kCustom);

// What those who join a background run later may ask for; the modes that retell whole checkpoints cost too
// much for nobody.
constexpr runtime::StreamModes kJoinableModes =
    only(runtime::StreamMode::kValues) | only(runtime::StreamMode::kUpdates) |
    only(runtime::StreamMode::kMessages) | only(runtime::StreamMode::kMessagesTuple) |
    only(runtime::StreamMode::kTools) | only(runtime::StreamMode::kCustom);

Result<runtime::RunInput> choose_input(const ActiveRun& run, const std::optional<Checkpoint>& from) {
  const auto waiting = waiting_interrupts(from);
  const auto& request = run.request;
  if (request.resume || request.update || request.goes_to) {
    Command command{{}, blob_of(request.update), blob_of(request.goes_to)};
    if (request.resume) {
      if (auto known = check_strictly(run, waiting); !known) return fail(known.error());
      auto answers = answers_to(*request.resume, waiting);
      if (!answers) return fail(answers.error());
      command.answers = std::move(*answers);
    }
    const bool nothing = command.answers.empty() && !command.update && !command.goes_to;
    if (nothing && from) return runtime::RunInput(Continue{});
    return runtime::RunInput(std::move(command));
  }
  if (!request.input) return runtime::RunInput(Continue{});
  if (!waiting.empty() && run.graph.graph->resumes_on_input()) {
    auto answers = answers_to(*request.input, waiting);
    if (!answers) return fail(answers.error());
    return runtime::RunInput(Command{std::move(*answers)});
  }
  return runtime::RunInput(InputValues{make_blob(*request.input)});
}

// What the run asks for, besides what the graph has anyway.
runtime::Breakpoints breakpoints(const std::vector<std::string>& nodes, runtime::Breakpoints all) {
  all.all = all.all || std::find(nodes.begin(), nodes.end(), "*") != nodes.end();
  all.nodes.insert(all.nodes.end(), nodes.begin(), nodes.end());
  return all;
}

runtime::Durability durability_of(const std::string& word) {
  if (word == "sync") return runtime::Durability::kSync;
  return word == "exit" ? runtime::Durability::kExit : runtime::Durability::kAsync;
}

}  // namespace

Result<RunStart> choose_start(const ActiveRun& run, std::optional<Checkpoint> latest,
                              std::optional<Checkpoint> chosen) {
  RunStart start;
  if (went_on_before(run, latest)) {
    // Its command's checkpoint may be there before a graph inside has taken its answer.
    const bool answers = run.request.resume && latest->run_id == run.row.run_id &&
                         (latest->source == "update" || latest->source == "fork");
    const auto waiting = waiting_interrupts(latest);
    start.input = Continue{};
    if (answers && !waiting.empty()) {
      auto given = answers_to(*run.request.resume, waiting);
      if (given && !given->empty()) start.input = Command{std::move(*given)};
    }
    start.from = std::move(latest);
    return start;
  }
  const bool branches = chosen && !(latest && latest->checkpoint_id == chosen->checkpoint_id);
  if (branches) {
    start.origin = runtime::Origin::kChosen;
    start.from = runtime::reopened(std::move(*chosen));
  } else {
    start.from = std::move(latest);
  }
  auto input = choose_input(run, start.from);
  if (!input) return fail(input.error());
  start.input = std::move(*input);
  return start;
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
  spec.stream_modes = runtime::modes_from(request.stream_modes) | (run.followed ? kFollowedModes : 0U) |
                      (request.background ? kJoinableModes : 0U);
  spec.subgraphs =
      request.subgraphs || run.followed ? runtime::Subgraphs::kShown : runtime::Subgraphs::kHidden;
  spec.interrupt_before = breakpoints(request.interrupt_before, graph.graph->interrupt_before());
  spec.interrupt_after = breakpoints(request.interrupt_after, graph.graph->interrupt_after());
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

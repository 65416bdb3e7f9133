// RunLoop: the superstep loop as a state machine: for a run's graph, and again for each graph inside it.
//
// Strand-bound inside; start() and cancel() are thread-safe. Three files: run_begin.cpp says what a loop
// starts from, run_loop.cpp takes the steps, run_checkpoints.cpp makes and saves what they lead to.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "host/runtime/loop_services.hpp"
#include "host/runtime/routing.hpp"
#include "host/runtime/run.hpp"
#include "host/runtime/run_events.hpp"
#include "host/runtime/superstep.hpp"

namespace agenthost::runtime {

class RunLoop final : public Run, public std::enable_shared_from_this<RunLoop> {
 public:
  RunLoop(RunSpec spec, LoopServices services, Ended ended);

  void start() override;
  void cancel(CancelReason reason) override;

 private:
  enum class Next { kGoOn, kWait };

  // ---- Beginning ----
  void begin();
  void begin_with_input(const InputValues& input);
  void begin_with_command(const Command& command);
  void begin_again();
  void make_first_state();
  void fork();
  [[nodiscard]] std::optional<Error> apply_command(const Command& command);
  [[nodiscard]] bool take_answers(const std::vector<Command::Answer>& answers);

  // ---- The loop ----
  void drive();
  [[nodiscard]] Next run_step();
  [[nodiscard]] Next nothing_due();
  [[nodiscard]] Next finish_step();
  void note_outcome(TaskOutcome& outcome);
  [[nodiscard]] bool all_done() const;
  [[nodiscard]] Next complete_step();
  [[nodiscard]] Next stop_step(std::optional<Error> error);
  [[nodiscard]] Next advance(const Result<Targets>& targets);
  [[nodiscard]] Result<std::vector<Superstep::Due>> due_tasks() const;
  [[nodiscard]] bool at_breakpoint(const Breakpoints& breakpoints) const;

  // ---- Checkpoints ----
  void new_checkpoint(std::string source, const Targets& next);
  [[nodiscard]] std::string checkpoint_metadata();
  // `before` is what the step started from, with its tasks as they ended; null = nothing to keep of it.
  [[nodiscard]] Next save(const models::Checkpoint* before);
  void save_tasks();
  void resume_when_saved(const Status& saved);
  // now_ as clients see it.
  [[nodiscard]] models::Checkpoint shown() const;

  void end(RunEnd how, std::optional<Error> error = {});

  // Constant after begin()
  RunSpec spec_;
  const LoopServices services_;
  Ended ended_;
  Strand strand_;
  const std::chrono::steady_clock::time_point deadline_;
  RunEvents events_;
  const std::string config_start_;

  // Strand-bound
  models::Checkpoint now_;
  bool has_state_ = false;
  bool saved_now_ = false;  // now_ is with the checkpointer
  std::string last_saved_id_;
  std::string metadata_start_;  // of every checkpoint's metadata; made with the first
  unsigned steps_ = 0;
  bool skip_breakpoint_ = false;  // the first step after a stop must not stop there again
  bool over_ = false;
  std::optional<CancelReason> cancelled_;
  std::shared_ptr<Superstep> step_;
  InnerState inner_ = InnerState::kNone;  // until the loop has made a checkpoint of its own
  std::vector<Command::Answer> answers_;  // for the graphs inside, until then
  std::set<std::size_t> reopened_;        // tasks of now_ that stopped and may run again
  std::map<std::size_t, std::vector<models::Interrupt>> asked_;  // what tasks of now_ have been answered
  std::map<std::size_t, TaskUpdate> done_;  // what tasks of this step wrote, by index; results come from disk
  std::vector<std::string> ran_;            // nodes of the step that just ended
  std::vector<models::ChannelValue> channels_before_;  // it, in case it cannot be completed
  JsonBlob to_parent_;
};

}  // namespace agenthost::runtime

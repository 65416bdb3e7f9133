// The checkpoints a loop makes, and its end.
#include <algorithm>
#include <array>
#include <utility>

#include "host/runtime/run_loop.hpp"

namespace agenthost::runtime {

void RunLoop::new_checkpoint(std::string source, const Targets& next) {
  // With Durability::kExit only the last checkpoint is kept, so the chain must link what is really there.
  now_.parent_id = saved_now_ || spec_.durability != Durability::kExit ? now_.checkpoint_id : last_saved_id_;
  now_.checkpoint_id = new_checkpoint_id();
  now_.run_id = spec_.run_id;
  now_.step += 1;
  now_.source = std::move(source);
  now_.created_at = now_us();
  now_.metadata = checkpoint_metadata();
  now_.written_by = std::exchange(ran_, {});
  now_.tasks = make_tasks(*spec_.graph, now_.checkpoint_id, next);
  saved_now_ = false;
  inner_ = InnerState::kNone;
  answers_.clear();
  asked_.clear();
  reopened_.clear();
}

// The run's metadata and what is said of every checkpoint. The first part is the same for all of them.
std::string RunLoop::checkpoint_metadata() {
  if (services_.checkpointer == nullptr && !events_.shows_checkpoints()) return "{}";
  if (metadata_start_.empty()) {
    constexpr std::array<std::string_view, 6> kOurs{"source", "step",      "parents",
                                                    "run_id", "thread_id", "run_attempt"};
    metadata_start_ = "{\"run_id\":\"" + spec_.run_id + "\",\"thread_id\":\"" + spec_.thread_id +
                      "\",\"run_attempt\":" + std::to_string(spec_.attempt);
    const auto members = split_object(spec_.metadata);
    for (const auto& member : members ? *members : std::vector<JsonMember>{}) {
      if (std::find(kOurs.begin(), kOurs.end(), member.key) != kOurs.end()) continue;
      metadata_start_ += "," + quote(member.key) + ":" + member.text;
    }
  }
  return metadata_start_ + ",\"source\":\"" + now_.source + "\",\"step\":" + std::to_string(now_.step) +
         ",\"parents\":" + spec_.parents + "}";
}

RunLoop::Next RunLoop::save(const models::Checkpoint* before) {
  auto* const checkpointer = services_.checkpointer;
  if (checkpointer == nullptr || spec_.durability == Durability::kExit) return Next::kGoOn;
  saved_now_ = true;
  last_saved_id_ = now_.checkpoint_id;
  const bool waits = spec_.durability == Durability::kSync && now_.source == "loop";
  Checkpointer::Saved saved;
  if (waits) {
    saved = [self = shared_from_this()](const Status& status) {
      self->strand_.post([self, status] { self->resume_when_saved(status); });
    };
  }
  if (before != nullptr) {
    checkpointer->save_step(*before, now_, std::move(saved));
  } else {
    checkpointer->save(now_, std::move(saved));
  }
  return waits ? Next::kWait : Next::kGoOn;
}

void RunLoop::resume_when_saved(const Status& saved) {
  if (over_) return;
  if (saved) return drive();
  end(RunEnd::kError, Error{saved.error().code, "the checkpoint could not be saved: " + saved.error().text,
                            "CheckpointError"});
}

void RunLoop::save_tasks() {
  if (services_.checkpointer != nullptr && saved_now_) services_.checkpointer->save_tasks(now_, {});
}

models::Checkpoint RunLoop::shown() const {
  return shown_state(*spec_.graph, now_, services_.limits.max_state_bytes);
}

void RunLoop::end(RunEnd how, std::optional<Error> error) {
  if (over_) return;
  over_ = true;
  if (services_.checkpointer != nullptr && has_state_ && !saved_now_) services_.checkpointer->save(now_, {});
  RunResult result{how, std::nullopt, std::move(error), std::move(to_parent_)};
  if (has_state_)
    result.checkpoint = shown_state(*spec_.graph, std::move(now_), services_.limits.max_state_bytes);
  events_.ended(result);
  const auto ended = std::exchange(ended_, nullptr);
  ended(std::move(result));
}

std::shared_ptr<Run> make_loop(RunSpec spec, LoopServices services, Run::Ended ended) {
  return std::make_shared<RunLoop>(std::move(spec), std::move(services), std::move(ended));
}

std::shared_ptr<Run> Run::create(RunSpec spec, RunLimits limits, Executor& on, Timers& timers,
                                 Checkpointer* checkpointer, std::shared_ptr<EventStream> events,
                                 Ended ended) {
  auto feed = std::make_shared<EventFeed>(std::move(events), spec.stream_modes, spec.subgraphs);
  return make_loop(std::move(spec), {limits, on, timers, checkpointer, std::move(feed)}, std::move(ended));
}

}  // namespace agenthost::runtime

// RunEvents: turns what happens in one loop of a run into the events of the modes that are wanted.
// Thread-safe.
//
// A graph inside a graph has a RunEvents of its own. Its events carry its namespace and are made only when
// subgraphs are shown, but for custom events and messages, which belong to the run as a whole.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "host/models/checkpoint.hpp"
#include "host/runtime/event_feed.hpp"
#include "host/runtime/run.hpp"
#include "host/runtime/writes.hpp"

namespace agenthost::runtime {

class RunEvents {
 public:
  // spec outlives this.
  RunEvents(const RunSpec& spec, std::shared_ptr<EventFeed> feed);

  // {"run_id","attempt"}: always the first event.
  void started();
  void ended(const RunResult& result);
  void values(const models::Checkpoint& checkpoint);
  void checkpoint(const models::Checkpoint& checkpoint);
  void task_started(const models::CheckpointTask& task, int step, const JsonBlob& input);
  void task_ended(const models::CheckpointTask& task, int step);
  // A finished task's writes: the update, and its messages that were not streamed in chunks.
  void written(const models::CheckpointTask& task, int step, const Writes& writes);
  // The run stopped to ask: once per stop.
  void interrupted(const models::Checkpoint& checkpoint);
  // A static breakpoint stopped it.
  void breakpoint();

  // From the node, while it runs.
  void custom(std::string json);
  void tool(std::string json);
  // One streamed chunk, as the plugin or the model service made it.
  void message_chunk(const std::string& json, const models::CheckpointTask& task, int step);

  // The messages of the state are not news.
  void know_messages(const models::Checkpoint& checkpoint);

  [[nodiscard]] const std::shared_ptr<EventFeed>& feed() const { return feed_; }
  // Whether what a task reached must be at hand as JSON.
  [[nodiscard]] bool shows_results() const { return shows_tasks() || shows(StreamMode::kEvents); }
  [[nodiscard]] bool shows_checkpoints() const {
    return shows(StreamMode::kCheckpoints) || shows(StreamMode::kDebug);
  }

 private:
  [[nodiscard]] bool shows(StreamMode mode) const { return shown_ && feed_->wants(mode); }
  [[nodiscard]] bool shows_tasks() const { return shows(StreamMode::kTasks) || shows(StreamMode::kDebug); }
  void publish(std::string name, std::string data, StreamMode mode);
  void hold_at_root();
  void callback(std::string_view event, std::string_view name, const models::CheckpointTask* task,
                std::string data);
  void message_written(const JsonValue& message, const models::CheckpointTask& task, int step);
  std::string message_metadata(const models::CheckpointTask& task, int step) const;

  // Constant after construction
  const RunSpec& spec_;
  const std::shared_ptr<EventFeed> feed_;
  const bool shown_;  // the root graph, or subgraphs are shown
};

}  // namespace agenthost::runtime

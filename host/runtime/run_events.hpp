// RunEvents: turns what happens in a run into the events of the modes its client asked for. Thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "host/models/checkpoint.hpp"
#include "host/runtime/event_stream.hpp"
#include "host/runtime/run.hpp"

namespace agenthost::runtime {

class RunEvents {
 public:
  RunEvents(const RunSpec& spec, std::shared_ptr<EventStream> stream);

  // {"run_id","attempt"}: always the first event.
  void started();
  void values(const models::Checkpoint& checkpoint);
  // update: JSON object of the channels written, or null for a node that wrote nothing.
  void update(std::string_view node, const JsonBlob& update);
  void checkpoint(const models::Checkpoint& checkpoint);
  void task_started(const models::CheckpointTask& task, int step, const JsonBlob& state);
  void task_ended(const models::CheckpointTask& task, int step);
  // A dynamic interrupt stopped the run: once per stop.
  void interrupted(const models::Checkpoint& checkpoint);
  // A static breakpoint did.
  void breakpoint();
  void custom(std::string json);

  // One streamed chunk, as the plugin or the model service made it.
  void message_chunk(std::string json, const models::CheckpointTask& task, int step);
  // The messages of a finished task's update: those not streamed in chunks are shown whole.
  void messages_written(const std::string& messages, const models::CheckpointTask& task, int step);

  [[nodiscard]] bool wants(StreamMode mode) const { return has(modes_, mode); }
  [[nodiscard]] bool shows_tasks() const { return wants(StreamMode::kTasks) || wants(StreamMode::kDebug); }
  [[nodiscard]] bool shows_checkpoints() const {
    return wants(StreamMode::kCheckpoints) || wants(StreamMode::kDebug);
  }

 private:
  void publish(std::string_view name, std::string data);
  std::string message_metadata(const models::CheckpointTask& task, int step) const;

  // Constant after construction
  const RunSpec& spec_;
  const StreamModes modes_;
  const std::shared_ptr<EventStream> stream_;

  std::mutex mutex_;
  // Guarded by mutex_
  std::set<std::string, std::less<>> streamed_ids_;
};

}  // namespace agenthost::runtime

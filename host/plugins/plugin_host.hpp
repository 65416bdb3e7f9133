// PluginHost: the host's end of one plugin: what an agent_host* stands for. Thread-safe.
//
// It is never freed, because a thread of the plugin may call until the process ends; close() makes it inert.
// The C ABI hands us a bare agent_host* or agent_task*, so the way back from a handle to its PluginHost is
// the one process-wide table of this server (in the .cpp).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "agenthost/agent_plugin.h"
#include "host/base/error.hpp"
#include "host/plugins/extension_call.hpp"
#include "host/plugins/task_table.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::plugins {

class PluginHost {
 public:
  // granted: the extensions this plugin asked for and may have. kExhausted after 4095 plugins in one process.
  [[nodiscard]] static Result<PluginHost*> open(std::string plugin_id, telemetry::Logger& logger,
                                                std::vector<Extension> granted);
  // nullptr when the handle names no plugin.
  [[nodiscard]] static PluginHost* find(const agent_host* handle);
  [[nodiscard]] static PluginHost* find(const agent_task* handle);

  [[nodiscard]] agent_host* handle() const { return host_handle(number_); }
  [[nodiscard]] const std::string& plugin_id() const { return plugin_id_; }
  [[nodiscard]] TaskTable& tasks() { return tasks_; }

  // nullptr: absent, not granted, or closed.
  [[nodiscard]] const void* extension_table(std::string_view extension_id) const;
  [[nodiscard]] std::shared_ptr<void> extension_instance(std::string_view extension_id) const;

  void log(telemetry::Level level, std::string_view text) const;

  // A call with a task that has ended or never was: counted, logged the first time.
  void count_refused_call(std::string_view function);
  [[nodiscard]] std::uint64_t refused_calls() const { return refused_calls_.load(); }

  // Keeps what the plugin's code needs (its mapped library) as long as the process.
  void keep(std::shared_ptr<void> library);

  // Ends what is left: its tasks are dropped without a word to their sinks, log and extensions are let go,
  // and every later call of the plugin is refused. Idempotent.
  void close();

 private:
  PluginHost(unsigned number, std::string plugin_id, telemetry::Logger& logger,
             std::vector<Extension> granted);

  // Constant after construction
  const unsigned number_;
  const std::string plugin_id_;
  // Own synchronisation
  TaskTable tasks_;
  std::atomic<std::uint64_t> refused_calls_{0};

  mutable std::mutex mutex_;
  // Guarded by mutex_
  telemetry::Logger* logger_;
  std::vector<Extension> extensions_;
  std::vector<std::shared_ptr<void>> kept_;
};

// While one lives on a thread, that thread is inside a call to the plugin: a made-up handle is counted as
// this plugin's.
class CallScope {
 public:
  explicit CallScope(PluginHost& host);
  ~CallScope();
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;
  [[nodiscard]] static PluginHost* current();

 private:
  PluginHost* const outer_;
};

}  // namespace agenthost::plugins

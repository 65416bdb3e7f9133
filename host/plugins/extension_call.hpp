// ExtensionCall: one call a task made to a host service, from the service's side.
//
// A service's C function begins a call with begin_call(task, token, on_cancel), does its work elsewhere, and
// reports with part()* and exactly one finish(). The reply reaches the plugin's on_reply one at a time per
// task, on the task's pool. When the task is cancelled, passes its deadline or ends, on_cancel is called once
// (from any thread) and the plugin gets AGENT_CANCELLED or AGENT_DEADLINE at once; a later finish() is then
// dropped. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agenthost/agent_plugin.h"
#include "host/telemetry/trace.hpp"

namespace agenthost::plugins {

struct Manifest;

class ExtensionCall {
 public:
  virtual ~ExtensionCall() = default;
  virtual void part(std::string json) = 0;
  virtual void finish(agent_status status, std::string text, std::string body = {}) = 0;
  // A message chunk of the run's stream (what emit(task, "messages", json) does).
  virtual void emit_message(std::string json) = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point deadline() const = 0;
  // The plugin that called, as in plugin.yaml: grants and limits are by this id.
  [[nodiscard]] virtual const std::string& plugin_id() const = 0;
};
// Shared because: the service's worker and the task both hold it until the reply.
using ExtensionCallPtr = std::shared_ptr<ExtensionCall>;

// Null when the task has ended (the service then returns AGENT_NOT_FOUND and no reply comes). on_cancel may
// be empty.
[[nodiscard]] ExtensionCallPtr begin_call(agent_task* task, std::uint64_t token,
                                          std::function<void()> on_cancel);

// The span of the node that a task runs: its children are the plugin's. nullopt when the task has ended.
[[nodiscard]] std::optional<telemetry::TraceContext> trace_of(agent_task* task);
// Counts one more span of the task; false when it has told of too many, or has ended.
[[nodiscard]] bool admit_span(agent_task* task);

// The id of the plugin behind a host handle.
[[nodiscard]] const std::string& plugin_id_of(agent_host* host);

// One extension as the loader hands it out. The C tables have no user pointer, so a service finds itself
// through service_of(host) or the task's: see Extension::instance.
struct Extension {
  std::string id;               // "agent.http/1"
  const void* table = nullptr;  // lives as long as the process
  // What the table's functions work on; service_for(call or host, id) returns it.
  std::shared_ptr<void> instance;
  // Makes the instance for one plugin, where it is not the same for all.
  std::function<std::shared_ptr<void>(const Manifest&)> instance_for;
};

// The instance of an extension, as registered with the loader that owns the host or task; nullptr when ended
// or absent.
[[nodiscard]] std::shared_ptr<void> extension_instance(agent_host* host, std::string_view extension_id);
[[nodiscard]] std::shared_ptr<void> extension_instance(agent_task* task, std::string_view extension_id);

}  // namespace agenthost::plugins

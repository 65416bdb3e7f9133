#include "host/plugins/host_api.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "host/plugins/c_types.hpp"
#include "host/plugins/extension_call.hpp"
#include "host/plugins/plugin_host.hpp"
#include "host/plugins/task.hpp"

namespace agenthost::plugins {
namespace {

enum class Take { kNo, kYes };

// The task behind a handle; a miss is counted for the plugin that the handle names, or that this thread is
// inside of.
std::shared_ptr<Task> resolve(agent_task* handle, Take take, std::string_view function) {
  auto* host = PluginHost::find(handle);
  if (host != nullptr) {
    auto task = take == Take::kYes ? host->tasks().take(handle) : host->tasks().find(handle);
    if (task != nullptr) return task;
  } else {
    host = CallScope::current();
  }
  if (host != nullptr) host->count_refused_call(function);
  return nullptr;
}

const void* get_extension(agent_host* handle, agent_str id) noexcept {
  const auto* host = PluginHost::find(handle);
  return host == nullptr ? nullptr : host->extension_table(view(id));
}

void log(agent_host* handle, std::int32_t level, agent_str text) noexcept {
  const auto* host = PluginHost::find(handle);
  if (host == nullptr) return;
  const auto known = static_cast<telemetry::Level>(std::clamp(level, AGENT_LOG_DEBUG, AGENT_LOG_ERROR));
  static_cast<void>(guarded([&] {
    host->log(known, printable(view(text)));
    return AGENT_OK;
  }));
}

agent_status complete(agent_task* handle, agent_status status, agent_bytes* update) noexcept {
  const OwnedBytes taken(update);
  return guarded([&] {
    const auto task = resolve(handle, Take::kYes, "complete");
    if (task == nullptr) return AGENT_NOT_FOUND;
    task->complete(status, taken.text());
    return AGENT_OK;
  });
}

agent_status fail_task(agent_task* handle, agent_status status, agent_str kind, agent_str text) noexcept {
  return guarded([&] {
    const auto task = resolve(handle, Take::kYes, "fail");
    if (task == nullptr) return AGENT_NOT_FOUND;
    task->fail(status, view(kind), view(text));
    return AGENT_OK;
  });
}

agent_status emit(agent_task* handle, agent_str channel, agent_str json) noexcept {
  return guarded([&]() -> agent_status {
    const auto task = resolve(handle, Take::kNo, "emit");
    return task == nullptr ? AGENT_NOT_FOUND : task->emit(view(channel), view(json));
  });
}

agent_status interrupt(agent_task* handle, agent_str value, agent_bytes* answer) noexcept {
  if (answer == nullptr) return AGENT_INVALID;
  *answer = {};
  return guarded([&]() -> agent_status {
    const auto task = resolve(handle, Take::kNo, "interrupt");
    return task == nullptr ? AGENT_NOT_FOUND : task->interrupt(view(value), answer);
  });
}

std::uint64_t deadline_ns(agent_task* handle) noexcept {
  // Asking about an ended task is how a plugin learns that it ended: not counted.
  auto* host = PluginHost::find(handle);
  const auto task = host == nullptr ? nullptr : host->tasks().find(handle);
  return task == nullptr ? 0 : task->nanoseconds_left();
}

std::int32_t is_cancelled(agent_task* handle) noexcept {
  auto* host = PluginHost::find(handle);
  const auto task = host == nullptr ? nullptr : host->tasks().find(handle);
  return task == nullptr || task->should_stop() ? 1 : 0;
}

constexpr agent_host_api kHostApi{
    .struct_size = AGENT_SIZE(agent_host_api, is_cancelled),
    .abi_minor = AGENT_ABI_MINOR,
    .get_extension = get_extension,
    .log = log,
    .complete = complete,
    .fail = fail_task,
    .emit = emit,
    .interrupt = interrupt,
    .deadline_ns = deadline_ns,
    .is_cancelled = is_cancelled,
};

}  // namespace

const agent_host_api& host_api() {
  return kHostApi;
}

ExtensionCallPtr begin_call(agent_task* handle, std::uint64_t token, std::function<void()> on_cancel) {
  const auto task = resolve(handle, Take::kNo, "an extension");
  return task == nullptr ? nullptr : task->begin_call(token, std::move(on_cancel));
}

std::optional<telemetry::TraceContext> trace_of(agent_task* handle) {
  // Asked to learn whether there is anything to do: not counted.
  auto* host = PluginHost::find(handle);
  const auto task = host == nullptr ? nullptr : host->tasks().find(handle);
  return task == nullptr ? std::nullopt : std::optional(task->trace());
}

bool admit_span(agent_task* handle) {
  const auto task = resolve(handle, Take::kNo, "an extension");
  return task != nullptr && task->admit_span();
}

const std::string& plugin_id_of(agent_host* handle) {
  static const std::string kNobody;
  const auto* host = PluginHost::find(handle);
  return host == nullptr ? kNobody : host->plugin_id();
}

std::shared_ptr<void> extension_instance(agent_host* handle, std::string_view extension_id) {
  const auto* host = PluginHost::find(handle);
  return host == nullptr ? nullptr : host->extension_instance(extension_id);
}

std::shared_ptr<void> extension_instance(agent_task* handle, std::string_view extension_id) {
  const auto task = resolve(handle, Take::kNo, "an extension");
  return task == nullptr ? nullptr : task->host().extension_instance(extension_id);
}

}  // namespace agenthost::plugins

#include "host/plugins/plugin_host.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "host/plugins/task.hpp"

namespace agenthost::plugins {
namespace {

constexpr unsigned kMaxPlugins = 1U << kPluginNumberBits;

// Why process-wide: the functions of agent_host_api get a handle and nothing else. Numbers are never reused,
// so a handle from a closed plugin stays refused. Number 0 stays empty: it is what null and every real
// address carry.
std::array<std::atomic<PluginHost*>, kMaxPlugins> plugin_hosts{};
std::atomic<unsigned> last_number{0};

thread_local PluginHost* current_call = nullptr;

PluginHost* find_number(unsigned number) {
  return plugin_hosts[number].load(std::memory_order_acquire);
}

}  // namespace

PluginHost::PluginHost(unsigned number, std::string plugin_id, telemetry::Logger& logger,
                       std::vector<Extension> granted)
    : number_(number),
      plugin_id_(std::move(plugin_id)),
      tasks_(number),
      logger_(&logger),
      extensions_(std::move(granted)) {}

Result<PluginHost*> PluginHost::open(std::string plugin_id, telemetry::Logger& logger,
                                     std::vector<Extension> granted) {
  auto number = last_number.load();
  do {
    if (number + 1 == kMaxPlugins) {
      return fail(ErrorCode::kExhausted, plugin_id + ": this process has loaded " + std::to_string(number) +
                                             " plugins, its limit; restart the server");
    }
  } while (!last_number.compare_exchange_weak(number, number + 1));
  auto* host = new PluginHost(number + 1, std::move(plugin_id), logger, std::move(granted));
  plugin_hosts[number + 1].store(host, std::memory_order_release);
  return host;
}

PluginHost* PluginHost::find(const agent_host* handle) {
  return find_number(plugin_number_of(handle));
}
PluginHost* PluginHost::find(const agent_task* handle) {
  return find_number(plugin_number_of(handle));
}

const void* PluginHost::extension_table(std::string_view extension_id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& extension : extensions_) {
    if (extension.id == extension_id) return extension.table;
  }
  return nullptr;
}

std::shared_ptr<void> PluginHost::extension_instance(std::string_view extension_id) const {
  const std::lock_guard lock(mutex_);
  for (const auto& extension : extensions_) {
    if (extension.id == extension_id) return extension.instance;
  }
  return nullptr;
}

void PluginHost::log(telemetry::Level level, std::string_view text) const {
  const std::lock_guard lock(mutex_);
  if (logger_ != nullptr) logger_->log(level, "plugins/" + plugin_id_, text);
}

void PluginHost::count_refused_call(std::string_view function) {
  if (refused_calls_.fetch_add(1) != 0) return;
  log(telemetry::Level::kWarn,
      "called " + std::string(function) +
          "() with a task that has ended or never was; refused. Later calls of this kind are only counted");
}

void PluginHost::keep(std::shared_ptr<void> library) {
  const std::lock_guard lock(mutex_);
  kept_.push_back(std::move(library));
}

void PluginHost::close() {
  for (const auto& task : tasks_.close()) task->drop();
  std::vector<Extension> extensions;
  const std::lock_guard lock(mutex_);
  logger_ = nullptr;
  extensions.swap(extensions_);
}

CallScope::CallScope(PluginHost& host) : outer_(std::exchange(current_call, &host)) {}
CallScope::~CallScope() {
  current_call = outer_;
}
PluginHost* CallScope::current() {
  return current_call;
}

}  // namespace agenthost::plugins

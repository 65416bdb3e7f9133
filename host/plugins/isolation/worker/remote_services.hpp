// RemoteServices: the host services as a plugin in a worker process sees them: the same C tables, behind
// which each call is a message to the server. What a call answers at once (has_service, is_online, the time)
// is known here. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "host/plugins/extension_call.hpp"
#include "host/plugins/extensions/metrics_extension.hpp"
#include "host/plugins/isolation/messages.hpp"
#include "host/plugins/isolation/wire.hpp"
#include "host/telemetry/plugin_metrics.hpp"

namespace agenthost::isolation {

class RemoteServices final : private extensions::MetricsListener {
 public:
  // Both outlive the plugin.
  RemoteServices(Wire& wire, const SetUp& set_up);

  // Those of the ids that this worker knows, for the loader. They borrow from this.
  [[nodiscard]] std::vector<plugins::Extension> offer(const std::vector<std::string_view>& ids);

  // Which of the server's tasks a task of the plugin is.
  void enter(const agent_task* task, std::uint64_t number);
  void leave(const agent_task* task);

  // The server's answer to a call.
  void answer(const Reply& reply);

  // Begins a call of the task and sends the message that make(task number, call number) returns.
  template <class Make>
  [[nodiscard]] agent_status call(agent_task* task, std::uint64_t token, Make make) {
    const auto begun = begin(task, token);
    if (!begun) return AGENT_NOT_FOUND;
    wire_.send(make(begun->task, begun->call));
    return AGENT_OK;
  }
  [[nodiscard]] bool has_service(std::string_view name) const { return services_.count(name) != 0; }
  [[nodiscard]] bool is_online(std::string_view model) const { return models_.count(model) != 0; }

 private:
  struct Begun {
    std::uint64_t task, call;
  };
  [[nodiscard]] std::optional<Begun> begin(agent_task* task, std::uint64_t token);
  void forget(std::uint64_t call);
  [[nodiscard]] plugins::Extension make_extension(std::string_view id);

  void tell(agent_task* task, const telemetry::Span& span);

  // extensions::MetricsListener: the numbers are kept in the server, for all processes together
  void defined(std::uint64_t series, std::string_view definition) override;
  bool measured(std::uint64_t series, extensions::Measure how, double value) override;

  // Constant after construction
  Wire& wire_;
  std::set<std::string, std::less<>> services_, models_;
  // Own synchronisation: says at once what is wrong with a metric
  std::shared_ptr<telemetry::PluginMetrics> metrics_ = std::make_shared<telemetry::PluginMetrics>();

  std::mutex mutex_;
  // Guarded by mutex_
  std::unordered_map<const agent_task*, std::uint64_t> numbers_;
  std::unordered_map<std::uint64_t, plugins::ExtensionCallPtr> calls_;  // null: just being begun
  std::uint64_t last_call_;
};

}  // namespace agenthost::isolation

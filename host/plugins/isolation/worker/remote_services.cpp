#include "host/plugins/isolation/worker/remote_services.hpp"

#include <utility>

#include "agenthost/ext/http.h"
#include "agenthost/ext/metrics.h"
#include "agenthost/ext/timer.h"
#include "agenthost/ext/trace.h"
#include "host/base/ids.hpp"
#include "host/plugins/c_types.hpp"
#include "host/plugins/extensions/trace_extension.hpp"
#include "host/plugins/isolation/json_functions.hpp"

namespace agenthost::isolation {
namespace {

using plugins::view;

// Of what the server has not taken yet, from where on numbers are dropped.
constexpr std::size_t kMostBehind = std::size_t{8} << 20U;

// The services of whoever calls; nullptr when the task has ended.
template <class Handle>
std::shared_ptr<RemoteServices> services_of(Handle* handle, const char* extension) {
  return std::static_pointer_cast<RemoteServices>(plugins::extension_instance(handle, extension));
}

agent_status http_request(agent_task* task, std::uint64_t token, const agent_http_request* in) noexcept {
  if (in == nullptr || in->struct_size < AGENT_SIZE(agent_http_request, body)) return AGENT_INVALID;
  const auto services = services_of(task, AGENT_EXT_HTTP);
  if (services == nullptr) return AGENT_NOT_FOUND;
  return services->call(task, token, [in](std::uint64_t number, std::uint64_t call) {
    return HttpCall{number,           call,          in->timeout_ms,    view(in->service),
                    view(in->method), view(in->url), view(in->headers), view(in->body)};
  });
}

std::int32_t http_has_service(agent_host* host, agent_str name) noexcept {
  const auto services = services_of(host, AGENT_EXT_HTTP);
  return services != nullptr && services->has_service(view(name)) ? 1 : 0;
}

template <JsonVerb verb>
agent_status json_call(agent_task* task, std::uint64_t token, agent_str request) noexcept {
  const auto services = services_of(task, extension_of(verb));
  if (services == nullptr) return AGENT_NOT_FOUND;
  return services->call(task, token, [request](std::uint64_t number, std::uint64_t call) {
    return JsonCall{number, call, static_cast<std::uint8_t>(verb), view(request)};
  });
}

std::int32_t llm_is_online(agent_host* host, agent_str model) noexcept {
  const auto services = services_of(host, AGENT_EXT_LLM);
  const auto name = model.size == 0 ? std::string_view("default") : view(model);
  return services != nullptr && services->is_online(name) ? 1 : 0;
}

agent_status timer_sleep(agent_task* task, std::uint64_t token, std::uint64_t nanoseconds) noexcept {
  const auto services = services_of(task, AGENT_EXT_TIMER);
  if (services == nullptr) return AGENT_NOT_FOUND;
  return services->call(task, token, [nanoseconds](std::uint64_t number, std::uint64_t call) {
    return TimerCall{number, call, nanoseconds};
  });
}

// The two processes share the machine's clock.
std::int64_t timer_now_us(agent_host*) noexcept {
  return now_us();
}

constexpr agent_http_api kHttp{AGENT_SIZE(agent_http_api, has_service), 0, &http_request, &http_has_service};
constexpr agent_llm_api kLlm{AGENT_SIZE(agent_llm_api, is_online), 0, &json_call<JsonVerb::kComplete>,
                             &llm_is_online};
constexpr agent_store_api kStore{AGENT_SIZE(agent_store_api, namespaces),
                                 0,
                                 &json_call<JsonVerb::kGet>,
                                 &json_call<JsonVerb::kPut>,
                                 &json_call<JsonVerb::kRemove>,
                                 &json_call<JsonVerb::kSearch>,
                                 &json_call<JsonVerb::kNamespaces>};
constexpr agent_subagent_api kSubagent{AGENT_SIZE(agent_subagent_api, run), 0,
                                       &json_call<JsonVerb::kRunAgent>};
constexpr agent_timer_api kTimer{AGENT_SIZE(agent_timer_api, now_us), 0, &timer_sleep, &timer_now_us};
constexpr agent_tools_api kTools{AGENT_SIZE(agent_tools_api, call), 0, &json_call<JsonVerb::kListTools>,
                                 &json_call<JsonVerb::kCallTool>};

const void* table_of(std::string_view id) {
  if (id == AGENT_EXT_HTTP) return &kHttp;
  if (id == AGENT_EXT_LLM) return &kLlm;
  if (id == AGENT_EXT_STORE) return &kStore;
  if (id == AGENT_EXT_SUBAGENT) return &kSubagent;
  if (id == AGENT_EXT_TIMER) return &kTimer;
  if (id == AGENT_EXT_TOOLS) return &kTools;
  return nullptr;
}

}  // namespace

RemoteServices::RemoteServices(Wire& wire, const SetUp& set_up)
    : wire_(wire),
      services_(set_up.services.begin(), set_up.services.end()),
      models_(set_up.models.begin(), set_up.models.end()),
      last_call_(std::uint64_t{set_up.first_call} << 32U) {}

std::vector<plugins::Extension> RemoteServices::offer(const std::vector<std::string_view>& ids) {
  std::vector<plugins::Extension> offered;
  for (const auto id : ids) {
    auto extension = make_extension(id);
    if (extension.table != nullptr) offered.push_back(std::move(extension));
  }
  return offered;
}

plugins::Extension RemoteServices::make_extension(std::string_view id) {
  if (id == AGENT_EXT_METRICS) return extensions::make_metrics_extension(metrics_, this);
  if (id == AGENT_EXT_TRACE) {
    return extensions::make_trace_extension(
        [this](agent_task* task, const telemetry::Span& span) { tell(task, span); });
  }
  return {std::string(id), table_of(id), std::shared_ptr<void>(std::shared_ptr<void>(), this), {}};
}

void RemoteServices::defined(std::uint64_t series, std::string_view definition) {
  wire_.send(MetricDefined{series, definition});
}

void RemoteServices::tell(agent_task* task, const telemetry::Span& span) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto found = numbers_.find(task);
    if (found == numbers_.end()) return;
    number = found->second;
  }
  wire_.send(Traced{number, span.context.span, span.parent, span.start_ns, span.end_ns, span.name, span.error,
                    span.attributes});
}

// A plugin that counts faster than the server reads must not fill this process with messages.
bool RemoteServices::measured(std::uint64_t series, extensions::Measure how, double value) {
  if (wire_.queued_bytes() > kMostBehind) return false;
  wire_.send(Measured{series, static_cast<std::uint8_t>(how), value});
  return true;
}

void RemoteServices::enter(const agent_task* task, std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  numbers_[task] = number;
}

void RemoteServices::leave(const agent_task* task) {
  const std::lock_guard lock(mutex_);
  numbers_.erase(task);
}

std::optional<RemoteServices::Begun> RemoteServices::begin(agent_task* task, std::uint64_t token) {
  Begun begun{};
  {
    const std::lock_guard lock(mutex_);
    const auto number = numbers_.find(task);
    if (number == numbers_.end()) return std::nullopt;
    begun = {number->second, ++last_call_};
    calls_.emplace(begun.call, nullptr);
  }
  auto call = plugins::begin_call(task, token, [this, id = begun.call] { forget(id); });
  const std::lock_guard lock(mutex_);
  const auto place = calls_.find(begun.call);
  if (call == nullptr) {
    if (place != calls_.end()) calls_.erase(place);
    return std::nullopt;
  }
  if (place != calls_.end()) place->second = std::move(call);  // else cancelled meanwhile
  return begun;
}

void RemoteServices::forget(std::uint64_t call) {
  plugins::ExtensionCallPtr dropped;  // outside the lock: it may be the last to hold its task
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(call);
  if (found == calls_.end()) return;
  dropped = std::move(found->second);
  calls_.erase(found);
}

void RemoteServices::answer(const Reply& reply) {
  plugins::ExtensionCallPtr call;
  {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(reply.call);
    if (found == calls_.end()) return;
    call = found->second;
    if (reply.status != AGENT_MORE) calls_.erase(found);
  }
  if (call == nullptr) return;
  if (reply.status == AGENT_MORE) return call->part(std::string(reply.text));
  call->finish(reply.status, std::string(reply.text), std::string(reply.body));
}

}  // namespace agenthost::isolation

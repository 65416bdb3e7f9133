// The functions a plugin calls: agent_host_api and the service tables, on StrictHost.
#include <algorithm>
#include <utility>

#include "agenthost/ext/http.h"
#include "agenthost/ext/llm.h"
#include "agenthost/ext/metrics.h"
#include "agenthost/ext/store.h"
#include "agenthost/ext/subagent.h"
#include "agenthost/ext/timer.h"
#include "agenthost/ext/tools.h"
#include "agenthost/ext/trace.h"
#include "host/base/ids.hpp"
#include "host/base/json.hpp"
#include "host/plugins/c_types.hpp"
#include "host/plugins/extensions/metrics_extension.hpp"
#include "host/plugins/extensions/trace_extension.hpp"
#include "host/plugins/manifest.hpp"
#include "host/plugins/validator/strict_task.hpp"
#include "host/telemetry/metric_definition.hpp"

namespace agenthost::plugins::validator {
namespace {

// Why process-wide: the C functions get a handle and nothing else, and here even a made-up one must find us.
StrictHost* the_host = nullptr;

}  // namespace

struct StrictHost::Tables {
  // ---- agent_host_api ----

  static const void* get_extension(agent_host*, agent_str id) noexcept {
    if (the_host == nullptr) return nullptr;
    auto& host = *the_host;
    const std::lock_guard lock(host.mutex_);
    if (!host.tasks_.empty() && !host.tasks_.back()->has_ended()) {
      host.witness_.warning(host.tasks_.back()->who +
                            ": calls get_extension(), which is [setup]; ask once, in the entry");
    }
    const auto& known = known_needs();
    const auto is_it = [&](const std::string& need) { return extension_id_of(need) == view(id); };
    const auto need = std::find_if(known.begin(), known.end(), is_it);
    if (need == known.end()) return nullptr;
    if (std::find(host.needs_.begin(), host.needs_.end(), *need) == host.needs_.end()) {
      host.refused_.insert(*need);
      return nullptr;
    }
    for (const auto& extension : extensions()) {
      if (extension.id == view(id)) return extension.table;
    }
    return nullptr;
  }

  static void log(agent_host*, std::int32_t level, agent_str) noexcept {
    if (the_host != nullptr && (level < AGENT_LOG_DEBUG || level > AGENT_LOG_ERROR))
      the_host->witness_.warning("logs with the unknown level " + std::to_string(level));
  }

  static agent_status complete(agent_task* handle, agent_status status, agent_bytes* update) noexcept {
    const OwnedBytes taken(update);
    auto& host = *the_host;
    const std::lock_guard lock(host.mutex_);
    auto* task = host.live_task(handle, "complete()");
    if (task == nullptr) return AGENT_NOT_FOUND;
    const bool brings = status == AGENT_COMMAND || (status == AGENT_OK && !taken.text().empty());
    if (brings && host.check_update(*task, status, taken.text())) {
      if (status == AGENT_COMMAND) host.check_command(*task, taken.text());
      task->ending.update = taken.text();
    }
    if (status == AGENT_INTERRUPTED && !task->asked) {
      host.witness_.error(task->who +
                          ": ends with AGENT_INTERRUPTED but never asked; call interrupt() first");
    }
    if (status != AGENT_OK && status != AGENT_COMMAND && status != AGENT_INTERRUPTED) {
      host.witness_.error(task->who + ": completes with " + status_name(status) +
                          "; errors end a task with fail()");
    }
    if (task->asked && status != AGENT_INTERRUPTED) {
      host.witness_.warning(task->who + ": interrupt() had no answer, yet the node went on");
    }
    host.end(*task, status == AGENT_INTERRUPTED ? Ending::Kind::kInterrupted : Ending::Kind::kCompleted,
             status, "");
    return AGENT_OK;
  }

  static agent_status fail(agent_task* handle, agent_status status, agent_str kind, agent_str text) noexcept {
    auto& host = *the_host;
    const std::lock_guard lock(host.mutex_);
    auto* task = host.live_task(handle, "fail()");
    if (task == nullptr) return AGENT_NOT_FOUND;
    if (status == AGENT_OK) host.witness_.error(task->who + ": fails with AGENT_OK");
    if (view(text).empty()) host.witness_.warning(task->who + ": fails without a text for people");
    const auto name = view(kind).empty() ? status_name(status) : printable(view(kind));
    host.end(*task, Ending::Kind::kFailed, status, name + ": " + printable(view(text)));
    return AGENT_OK;
  }

  static agent_status emit(agent_task* handle, agent_str channel, agent_str json) noexcept {
    auto& host = *the_host;
    const std::lock_guard lock(host.mutex_);
    const auto* task = host.live_task(handle, "emit()");
    if (task == nullptr) return AGENT_NOT_FOUND;
    const auto name = view(channel);
    const auto value = parse_json(view(json));
    if (name != "custom" && name != "messages" && name != "tools") {
      host.witness_.error(task->who + ": emits on \"" + printable(name) +
                          "\"; the channels are custom, messages and tools");
      return AGENT_INVALID;
    }
    if (!value) {
      host.witness_.error(task->who + ": emits what is no JSON: " + value.error().text);
      return AGENT_INVALID;
    }
    if (name == "custom") return AGENT_OK;
    const char* member = name == "messages" ? "id" : "event";
    if (find_member(*value, member) != nullptr) return AGENT_OK;
    host.witness_.error(task->who + ": emits on \"" + std::string(name) + "\" without a member \"" + member +
                        "\"");
    return AGENT_INVALID;
  }

  static agent_status interrupt(agent_task* handle, agent_str value, agent_bytes* answer) noexcept {
    if (answer == nullptr) return AGENT_INVALID;
    *answer = {};
    auto& host = *the_host;
    const std::lock_guard lock(host.mutex_);
    auto* task = host.live_task(handle, "interrupt()");
    if (task == nullptr) return AGENT_NOT_FOUND;
    if (const auto question = parse_json(view(value)); !question) {
      host.witness_.error(task->who + ": asks what is no JSON: " + question.error().text);
      return AGENT_INVALID;
    }
    if (task->answers_given == task->plan.answers.size()) {
      task->asked = true;
      return AGENT_INTERRUPTED;
    }
    host.answers_.push_back(
        std::make_unique<Answer>(Answer{&host, task->who, task->plan.answers[task->answers_given++], 0}));
    auto& given = *host.answers_.back();
    *answer = {reinterpret_cast<const std::uint8_t*>(given.text.data()), given.text.size(), &given,
               release_answer};
    return AGENT_OK;
  }

  static void release_answer(agent_bytes* self) noexcept {
    auto& answer = *static_cast<Answer*>(self->owner);
    const std::lock_guard lock(answer.host->mutex_);
    if (++answer.releases == 2)
      answer.host->witness_.error(answer.who + ": releases the answer of interrupt() twice");
  }

  static std::uint64_t deadline_ns(agent_task* handle) noexcept {
    const auto* task = any_task(handle);
    if (task == nullptr) return 0;
    const std::chrono::nanoseconds left = task->deadline - std::chrono::steady_clock::now();
    const std::lock_guard lock(the_host->mutex_);
    return task->should_stop() || left.count() < 0 ? 0 : static_cast<std::uint64_t>(left.count());
  }

  static std::int32_t is_cancelled(agent_task* handle) noexcept {
    const auto* task = any_task(handle);
    if (task == nullptr) return 1;
    const std::lock_guard lock(the_host->mutex_);
    return task->should_stop() ? 1 : 0;
  }

  // Asking about a task that has ended is how a plugin learns of it: no fault.
  static const Task* any_task(const agent_task* handle) {
    const std::lock_guard lock(the_host->mutex_);
    for (auto task = the_host->tasks_.rbegin(); task != the_host->tasks_.rend(); ++task) {
      if ((*task)->handle() == handle) return task->get();
    }
    the_host->witness_.error("asks about a task that never was");
    return nullptr;
  }

  // ---- Services ----

  static agent_status http_request(agent_task* task, std::uint64_t token,
                                   const agent_http_request* request) noexcept {
    if (request->struct_size < AGENT_SIZE(agent_http_request, body)) {
      the_host->witness_.error("agent.http/1: struct_size of the request does not reach its body");
      return AGENT_INVALID;
    }
    const auto headers = view(request->headers);
    return the_host->call_service(
        task, token, AGENT_EXT_HTTP, headers.empty() ? "{}" : headers,
        R"({"status":200,"headers":{"content-type":"application/json"},"url":"http://service.test/","attempts":1})");
  }
  static agent_status llm_complete(agent_task* task, std::uint64_t token, agent_str request) noexcept {
    return the_host->call_service(
        task, token, AGENT_EXT_LLM, view(request),
        R"({"content":"A short answer.","json":{},"model":"validator","provider":"validator",)"
        R"("finish_reason":"stop","usage":{"input_tokens":1,"output_tokens":3}})");
  }
  static agent_status store_nothing(agent_task* task, std::uint64_t token, agent_str request) noexcept {
    return the_host->call_service(task, token, AGENT_EXT_STORE, view(request), "null");
  }
  static agent_status store_search(agent_task* task, std::uint64_t token, agent_str request) noexcept {
    return the_host->call_service(task, token, AGENT_EXT_STORE, view(request), R"({"items":[]})");
  }
  static agent_status store_namespaces(agent_task* task, std::uint64_t token, agent_str request) noexcept {
    return the_host->call_service(task, token, AGENT_EXT_STORE, view(request), R"({"namespaces":[]})");
  }
  static agent_status subagent_run(agent_task* task, std::uint64_t token, agent_str request) noexcept {
    return the_host->call_service(task, token, AGENT_EXT_SUBAGENT, view(request), "{}");
  }
  static agent_status timer_sleep(agent_task* task, std::uint64_t token, std::uint64_t) noexcept {
    return the_host->call_service(task, token, AGENT_EXT_TIMER, "{}", "null");
  }
  static agent_status tools_list(agent_task* task, std::uint64_t token, agent_str request) noexcept {
    return the_host->call_service(task, token, AGENT_EXT_TOOLS, view(request), R"({"tools":[]})");
  }
  static agent_status tools_call(agent_task* task, std::uint64_t token, agent_str request) noexcept {
    return the_host->call_service(task, token, AGENT_EXT_TOOLS, view(request),
                                  R"({"content":[{"type":"text","text":"done"}],"isError":false})");
  }
  static agent_status refuse_metric(const Error& error) {
    the_host->witness_.error(std::string(AGENT_EXT_METRICS) + ": " + error.text);
    return static_cast<agent_status>(error.code);
  }
  static agent_status define_metric(agent_host*, agent_str definition, std::uint64_t* series) noexcept {
    if (series == nullptr)
      return refuse_metric({ErrorCode::kInvalid, "define() without a place for the number", {}});
    *series = 0;
    auto metric = telemetry::read_metric_definition(view(definition));
    if (!metric) return refuse_metric(metric.error());
    const auto number = the_host->meter_.define(std::move(*metric));
    if (!number) return refuse_metric(number.error());
    *series = *number;
    return AGENT_OK;
  }
  template <extensions::Measure how>
  static agent_status count(agent_host*, std::uint64_t series, double value) noexcept {
    const auto counted = extensions::measure(the_host->meter_, how, series, value);
    return counted ? AGENT_OK : refuse_metric(counted.error());
  }
  static std::uint64_t new_span(agent_task* task) noexcept {
    return any_task(task) == nullptr ? 0 : telemetry::new_span_id();
  }
  static std::int64_t now_ns(agent_host*) noexcept { return telemetry::span_clock_ns(); }
  static agent_status record_span(agent_task* handle, const agent_span* span) noexcept {
    auto& host = *the_host;
    const std::lock_guard lock(host.mutex_);
    const auto* task = host.live_task(handle, AGENT_EXT_TRACE);
    if (task == nullptr) return AGENT_NOT_FOUND;
    const auto problem = extensions::problem_of(span);
    if (problem.empty()) return AGENT_OK;
    host.witness_.error(task->who + ": records a span that no server takes: " + problem);
    return AGENT_INVALID;
  }
  static agent_status traceparent(agent_task*, std::uint64_t span, agent_bytes* out) noexcept {
    if (out == nullptr) return AGENT_INVALID;
    *out = give(telemetry::traceparent({1, 1, span == 0 ? 1 : span}));
    return AGENT_OK;
  }
  static std::int32_t yes(agent_host*, agent_str) noexcept { return 1; }
  static std::int64_t timer_now_us(agent_host*) noexcept { return now_us(); }

  static constexpr agent_host_api kHost{AGENT_SIZE(agent_host_api, is_cancelled),
                                        AGENT_ABI_MINOR,
                                        get_extension,
                                        log,
                                        complete,
                                        fail,
                                        emit,
                                        interrupt,
                                        deadline_ns,
                                        is_cancelled};
  static constexpr agent_http_api kHttp{AGENT_SIZE(agent_http_api, has_service), 0, http_request, yes};
  static constexpr agent_llm_api kLlm{AGENT_SIZE(agent_llm_api, is_online), 0, llm_complete, yes};
  static constexpr agent_store_api kStore{AGENT_SIZE(agent_store_api, namespaces),
                                          0,
                                          store_nothing,
                                          store_nothing,
                                          store_nothing,
                                          store_search,
                                          store_namespaces};
  static constexpr agent_subagent_api kSubagent{AGENT_SIZE(agent_subagent_api, run), 0, subagent_run};
  static constexpr agent_timer_api kTimer{AGENT_SIZE(agent_timer_api, now_us), 0, timer_sleep, timer_now_us};
  static constexpr agent_metrics_api kMetrics{AGENT_SIZE(agent_metrics_api, observe),
                                              0,
                                              define_metric,
                                              count<extensions::Measure::kAdd>,
                                              count<extensions::Measure::kSet>,
                                              count<extensions::Measure::kObserve>};
  static constexpr agent_trace_api kTrace{
      AGENT_SIZE(agent_trace_api, traceparent), 0, new_span, now_ns, record_span, traceparent};
  static constexpr agent_tools_api kTools{AGENT_SIZE(agent_tools_api, call), 0, tools_list, tools_call};
};

StrictHost::StrictHost(Witness& witness, std::vector<std::string> needs, Patience patience,
                       std::set<std::string> lost)
    : witness_(witness), needs_(std::move(needs)), patience_(patience), lost_(std::move(lost)) {
  the_host = this;
}
StrictHost::~StrictHost() {
  the_host = nullptr;
}

const agent_host_api& StrictHost::api() {
  return Tables::kHost;
}

std::vector<Extension> StrictHost::extensions() {
  return {
      {AGENT_EXT_HTTP, &Tables::kHttp, nullptr, {}},         {AGENT_EXT_LLM, &Tables::kLlm, nullptr, {}},
      {AGENT_EXT_METRICS, &Tables::kMetrics, nullptr, {}},   {AGENT_EXT_STORE, &Tables::kStore, nullptr, {}},
      {AGENT_EXT_SUBAGENT, &Tables::kSubagent, nullptr, {}}, {AGENT_EXT_TIMER, &Tables::kTimer, nullptr, {}},
      {AGENT_EXT_TOOLS, &Tables::kTools, nullptr, {}},       {AGENT_EXT_TRACE, &Tables::kTrace, nullptr, {}}};
}

agent_host* StrictHost::handle() {
  return reinterpret_cast<agent_host*>(this);
}

void StrictHost::end(Task& task, Ending::Kind kind, agent_status status, std::string text) {
  task.ending.kind = kind;
  task.ending.status = status;
  task.ending.text = std::move(text);
  changed_.notify_all();
}

agent_status StrictHost::call_service(agent_task* handle, std::uint64_t token, std::string_view service,
                                      std::string_view request, std::string answer) {
  const std::lock_guard lock(mutex_);
  auto* task = live_task(handle, service);
  if (task == nullptr) return AGENT_NOT_FOUND;
  if (const auto json = split_object(request); !json) {
    witness_.error(task->who + ": asks " + std::string(service) +
                   " for what is no JSON object: " + json.error().text);
    return AGENT_INVALID;
  }
  if (!task->open_tokens.empty() && task->open_tokens.count(token) != 0) {
    witness_.warning(task->who + ": two open calls have the token " + std::to_string(token) +
                     "; their replies cannot be told apart");
  }
  task->open_tokens.insert(token);
  if (++task->ending.service_calls >= task->plan.cancel_after_calls) task->cancelled = true;
  if (task->should_stop()) {
    task->inbox.push_back({token, AGENT_CANCELLED, "the run was cancelled", {}});
  } else if (task->plan.weather == Weather::kStormy) {
    task->inbox.push_back({token, AGENT_UNAVAILABLE, std::string(service) + ": out of reach", {}});
  } else {
    task->inbox.push_back({token, AGENT_OK, std::move(answer), service == AGENT_EXT_HTTP ? "{}" : ""});
  }
  changed_.notify_all();
  return AGENT_OK;
}

}  // namespace agenthost::plugins::validator

#include "host/plugins/isolation/service_calls.hpp"

#include "agenthost/ext/http.h"
#include "agenthost/ext/timer.h"
#include "agenthost/ext/trace.h"
#include "host/plugins/c_types.hpp"
#include "host/plugins/isolation/json_functions.hpp"

namespace agenthost::isolation {
namespace {

using plugins::borrow;

template <class Table>
const Table* table_of(const plugins::PluginHost& host, const char* extension) {
  return static_cast<const Table*>(host.extension_table(extension));
}

// nullptr: no such function, or not granted.
JsonFunction json_function(const plugins::PluginHost& host, JsonVerb verb) {
  JsonFunction function = nullptr;
  with_json_function(verb, [&]<class Table>(const JsonEntry<Table>& entry) {
    const auto* table = table_of<Table>(host, entry.extension);
    if (table != nullptr) function = table->*entry.function;
  });
  return function;
}

}  // namespace

agent_status start_call(const plugins::PluginHost& host, agent_task* task, const HttpCall& call) {
  const auto* http = table_of<agent_http_api>(host, AGENT_EXT_HTTP);
  if (http == nullptr) return AGENT_DENIED;
  const agent_http_request request{.struct_size = AGENT_SIZE(agent_http_request, body),
                                   .timeout_ms = call.timeout_ms,
                                   .service = borrow(call.service),
                                   .method = borrow(call.method),
                                   .url = borrow(call.url),
                                   .headers = borrow(call.headers),
                                   .body = borrow(call.body)};
  return http->request(task, call.call, &request);
}

agent_status start_call(const plugins::PluginHost& host, agent_task* task, const JsonCall& call) {
  const auto start = json_function(host, static_cast<JsonVerb>(call.verb));
  return start == nullptr ? AGENT_DENIED : start(task, call.call, borrow(call.request));
}

agent_status start_call(const plugins::PluginHost& host, agent_task* task, const TimerCall& call) {
  const auto* timer = table_of<agent_timer_api>(host, AGENT_EXT_TIMER);
  return timer == nullptr ? AGENT_DENIED : timer->sleep(task, call.call, call.nanoseconds);
}

void record_span(const plugins::PluginHost& host, agent_task* task, const Traced& told) {
  const auto* trace = table_of<agent_trace_api>(host, AGENT_EXT_TRACE);
  if (trace == nullptr) return;
  const agent_span span{.struct_size = AGENT_SIZE(agent_span, attributes),
                        .status = told.error.empty() ? AGENT_OK : AGENT_UNKNOWN,
                        .id = told.id,
                        .parent = told.parent,
                        .start_ns = told.start_ns,
                        .end_ns = told.end_ns,
                        .name = borrow(told.name),
                        .text = borrow(told.error),
                        .attributes = borrow(told.attributes)};
  static_cast<void>(trace->record(task, &span));
}

std::vector<std::string> known_services(const plugins::PluginHost& host,
                                        const std::vector<std::string>& names) {
  std::vector<std::string> known;
  const auto* http = table_of<agent_http_api>(host, AGENT_EXT_HTTP);
  if (http == nullptr) return known;
  for (const auto& name : names) {
    if (http->has_service(host.handle(), borrow(name)) != 0) known.push_back(name);
  }
  return known;
}

std::vector<std::string> online_models(const plugins::PluginHost& host,
                                       const std::vector<std::string>& names) {
  std::vector<std::string> online;
  const auto* llm = table_of<agent_llm_api>(host, AGENT_EXT_LLM);
  if (llm == nullptr) return online;
  for (const auto& name : names) {
    if (llm->is_online(host.handle(), borrow(name)) != 0) online.push_back(name);
  }
  return online;
}

}  // namespace agenthost::isolation

// The extensions of testing::Host, answered by its scripts. Thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "agenthost/sdk/detail/fake_host.hpp"

namespace agent::testing {

template <class Script>
agent_status Host::Impl::answer(agent_task* handle, std::uint64_t token, Script&& script) noexcept {
  FakeTask& task = fake(handle);
  std::unique_lock lock(task.host->mutex_);
  if (task.has_ended) return AGENT_NOT_FOUND;
  Reply reply{token, AGENT_CANCELLED, "the run was cancelled", {}};
  if (!cancelled(task)) {
    lock.unlock();
    reply.status = AGENT_OK;
    const auto failure = detail::guarded([&] { script(reply); });
    if (failure) reply = {token, failure->status, failure->text, {}};
    lock.lock();
  }
  ++task.replies_made;
  post(task, std::move(reply), lock);
  return AGENT_OK;
}

inline agent_status Host::Impl::http_request(agent_task* task, std::uint64_t token,
                                             const agent_http_request* request) noexcept {
  return answer(task, token, [&](Reply& reply) {
    Impl& self = *fake(task).host;
    HttpRequest seen{text(request->service), text(request->method),
                     text(request->url),     {},
                     text(request->body),    std::chrono::milliseconds(request->timeout_ms)};
    seen.headers = parse_json(detail::view(request->headers), "headers").template get<Headers>();
    {
      const std::lock_guard lock(self.mutex_);
      self.http_requests.push_back(seen);
    }
    HttpResponse response = self.http_script(seen);
    const std::string& url = response.url.empty() ? seen.url : response.url;
    reply.text =
        to_text({{"status", response.status}, {"headers", response.headers}, {"url", url}, {"attempts", 1}});
    reply.body = std::move(response.body);
  });
}

inline std::int32_t Host::Impl::has_service(agent_host* host, agent_str service) noexcept {
  const auto& services = fake(host).services;
  return !services || std::find(services->begin(), services->end(), detail::view(service)) != services->end()
             ? 1
             : 0;
}

// "stream": one part per word, before the final reply; with a message_id also on the run's stream, as the
// real host does.
inline void Host::Impl::stream(FakeTask& task, std::uint64_t token, const Json& request,
                               const LlmAnswer& said, std::unique_lock<std::mutex>& lock) {
  const std::string id = request.value("message_id", std::string());
  std::size_t begin = 0;
  while (begin < said.content.size()) {
    const std::size_t end = std::min(said.content.find(' ', begin), said.content.size() - 1) + 1;
    const std::string delta = said.content.substr(begin, end - begin);
    begin = end;
    if (!id.empty()) task.outcome.chunks.push_back({{"id", id}, {"type", "ai"}, {"content", delta}});
    post(task, {token, AGENT_MORE, to_text({{"delta", delta}}), {}}, lock);
  }
}

inline agent_status Host::Impl::llm_complete(agent_task* task, std::uint64_t token,
                                             agent_str request) noexcept {
  return answer(task, token, [&](Reply& reply) {
    Impl& self = *fake(task).host;
    const Json asked = parse_json(detail::view(request), "the request");
    {
      const std::lock_guard lock(self.mutex_);
      self.llm_requests.push_back(asked);
    }
    const LlmAnswer said = self.llm_script(asked);
    std::unique_lock lock(self.mutex_);
    if (asked.value("stream", false) && self.replies != Replies::kOtherThread)
      stream(fake(task), token, asked, said, lock);
    Json final{
        {"content", said.content},
        {"model", said.model},
        {"provider", said.provider},
        {"finish_reason", said.finish_reason},
        {"usage", {{"input_tokens", said.usage.input_tokens}, {"output_tokens", said.usage.output_tokens}}}};
    if (!said.json.is_null()) final["json"] = said.json;
    reply.text = to_text(final);
  });
}

inline std::int32_t Host::Impl::is_online(agent_host*, agent_str) noexcept {
  return 1;
}

inline agent_status Host::Impl::timer_sleep(agent_task* task, std::uint64_t token,
                                            std::uint64_t nanoseconds) noexcept {
  return answer(task, token, [&](Reply& reply) {
    Impl& self = *fake(task).host;
    const std::lock_guard lock(self.mutex_);
    const std::chrono::nanoseconds duration(static_cast<std::int64_t>(nanoseconds));
    self.slept += duration;
    self.now += std::chrono::duration_cast<std::chrono::system_clock::duration>(duration);
    reply.text = "null";
  });
}

inline std::int64_t Host::Impl::timer_now(agent_host* host) noexcept {
  const std::lock_guard lock(fake(host).mutex_);
  return std::chrono::duration_cast<std::chrono::microseconds>(fake(host).now.time_since_epoch()).count();
}

// ask(store, request): the answer, as JSON.
template <class Ask>
agent_status Host::Impl::answer_from_store(agent_task* task, std::uint64_t token, agent_str request,
                                           Ask ask) noexcept {
  return answer(task, token, [&](Reply& reply) {
    const Json asked = parse_json(detail::view(request), "the request");
    reply.text = to_text(ask(fake(task).host->store, asked));
  });
}

inline agent_status Host::Impl::store_get(agent_task* task, std::uint64_t token, agent_str request) noexcept {
  return answer_from_store(task, token, request, [](FakeStore& kept, const Json& asked) {
    return kept.item(asked.at("namespace"), asked.at("key"));
  });
}

inline agent_status Host::Impl::store_put(agent_task* task, std::uint64_t token, agent_str request) noexcept {
  return answer_from_store(task, token, request, [](FakeStore& kept, const Json& asked) {
    kept.put(asked.at("namespace"), asked.at("key"), asked.at("value"));
    return Json();
  });
}

inline agent_status Host::Impl::store_remove(agent_task* task, std::uint64_t token,
                                             agent_str request) noexcept {
  return answer_from_store(task, token, request, [](FakeStore& kept, const Json& asked) {
    kept.remove(asked.at("namespace"), asked.at("key"));
    return Json();
  });
}

inline agent_status Host::Impl::store_search(agent_task* task, std::uint64_t token,
                                             agent_str request) noexcept {
  return answer_from_store(task, token, request,
                           [](FakeStore& kept, const Json& asked) { return kept.search(asked); });
}

inline agent_status Host::Impl::store_namespaces(agent_task* task, std::uint64_t token,
                                                 agent_str request) noexcept {
  return answer_from_store(task, token, request,
                           [](FakeStore& kept, const Json& asked) { return kept.namespaces(asked); });
}

inline agent_status Host::Impl::subagent_run(agent_task* task, std::uint64_t token,
                                             agent_str request) noexcept {
  return answer(task, token, [&](Reply& reply) {
    reply.text = to_text(fake(task).host->subagent_script(parse_json(detail::view(request), "the request")));
  });
}

inline agent_status Host::Impl::tools_list(agent_task* task, std::uint64_t token,
                                           agent_str request) noexcept {
  return answer(task, token, [&](Reply& reply) {
    reply.text =
        to_text({{"tools", fake(task).host->tools_script(parse_json(detail::view(request), "the request"))}});
  });
}

inline agent_status Host::Impl::tools_call(agent_task* task, std::uint64_t token,
                                           agent_str request) noexcept {
  return answer(task, token, [&](Reply& reply) {
    reply.text = to_text(fake(task).host->tools_script(parse_json(detail::view(request), "the request")));
  });
}

inline agent_status Host::Impl::define_metric(agent_host* host, agent_str definition,
                                              std::uint64_t* series) noexcept {
  *series = fake(host).telemetry.define(Json::parse(detail::view(definition), nullptr, false));
  return *series == 0 ? AGENT_INVALID : AGENT_OK;
}

inline std::uint64_t Host::Impl::new_span(agent_task* task) noexcept {
  return fake(task).host->telemetry.new_span();
}

inline std::int64_t Host::Impl::now_ns(agent_host* host) noexcept {
  const std::lock_guard lock(fake(host).mutex_);
  return std::chrono::duration_cast<std::chrono::nanoseconds>(fake(host).now.time_since_epoch()).count();
}

inline agent_status Host::Impl::record_span(agent_task* task, const agent_span* span) noexcept {
  return fake(task).host->telemetry.record(*span);
}

inline agent_status Host::Impl::traceparent(agent_task*, std::uint64_t span, agent_bytes* out) noexcept {
  char text[56];
  std::snprintf(text, sizeof text, "00-%032x-%016llx-01", 1U, static_cast<unsigned long long>(span));
  *out = detail::own(text);
  return AGENT_OK;
}

}  // namespace agent::testing

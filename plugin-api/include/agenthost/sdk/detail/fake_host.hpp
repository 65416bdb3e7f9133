// The inside of testing::Host: the C tables of a host, answered by scripts. Thread-safe where the ABI says
// [any-thread].
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agenthost/sdk/detail/border.hpp"
#include "agenthost/sdk/detail/fake_telemetry.hpp"
#include "agenthost/sdk/detail/services.hpp"
#include "agenthost/sdk/detail/trampolines.hpp"
#include "agenthost/sdk/testing.hpp"

namespace agent::testing {

class Host::Impl {
 public:
  using AnyEntry = std::function<agent_status(const agent_entry_request*, agent_entry_reply*)>;

  explicit Impl(AnyEntry entry) : entry_(std::move(entry)) {
    http_table_ = {AGENT_SIZE(agent_http_api, has_service), 0, http_request, has_service};
    llm_table_ = {AGENT_SIZE(agent_llm_api, is_online), 0, llm_complete, is_online};
    timer_table_ = {AGENT_SIZE(agent_timer_api, now_us), 0, timer_sleep, timer_now};
    store_table_ = {AGENT_SIZE(agent_store_api, namespaces),
                    0,
                    store_get,
                    store_put,
                    store_remove,
                    store_search,
                    store_namespaces};
    subagent_table_ = {AGENT_SIZE(agent_subagent_api, run), 0, subagent_run};
    tools_table_ = {AGENT_SIZE(agent_tools_api, call), 0, tools_list, tools_call};
    metrics_table_ = {AGENT_SIZE(agent_metrics_api, observe),
                      0,
                      define_metric,
                      count<&FakeTelemetry::add>,
                      count<&FakeTelemetry::set>,
                      count<&FakeTelemetry::observe>};
    trace_table_ = {AGENT_SIZE(agent_trace_api, traceparent), 0, new_span, now_ns, record_span, traceparent};
  }
  ~Impl() { unload(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  const agent_plugin_api& plugin();
  agent_plugin* handle() { return plugin(), entered_.plugin; }
  agent_graph* graph(std::string_view graph_id);
  void unload();
  Outcome run(std::string_view graph_id, std::string_view node, const Json& state, RunOptions options);

  // The script. Set between runs.
  HttpScript http_script;
  LlmScript llm_script;
  SubagentScript subagent_script;
  ToolsScript tools_script;
  bool has_timer = true;
  bool has_store = true;
  FakeStore store;
  FakeTelemetry telemetry;
  std::optional<std::vector<std::string>> services;
  Replies replies = Replies::kInOrder;
  Json plugin_config = Json::object();

  // Guarded by mutex_ while a node runs.
  std::vector<std::string> logs;
  std::vector<HttpRequest> http_requests;
  std::vector<Json> llm_requests;
  std::chrono::nanoseconds slept{0};
  std::chrono::system_clock::time_point now{std::chrono::seconds(1'750'000'000)};

 private:
  struct Reply {
    std::uint64_t token;
    agent_status status;
    std::string text;
    std::string body;
  };

  // One node that runs, and what is left of it afterwards: late calls find a task that has ended.
  struct FakeTask {
    Impl* host = nullptr;
    agent_graph* graph = nullptr;
    RunOptions options;
    Outcome outcome;
    std::size_t answers_given = 0;
    unsigned replies_made = 0;
    bool has_ended = false;
    std::deque<Reply> inbox;
    std::vector<std::thread> threads;
  };

  static FakeTask& fake(agent_task* task) { return *reinterpret_cast<FakeTask*>(task); }
  static Impl& fake(agent_host* host) { return *reinterpret_cast<Impl*>(host); }
  static agent_task* real(FakeTask& task) { return reinterpret_cast<agent_task*>(&task); }
  static std::string text(agent_str borrowed) { return std::string(detail::view(borrowed)); }

  // The agent_host_api.
  static const void* get_extension(agent_host* host, agent_str id) noexcept;
  static void log(agent_host* host, std::int32_t level, agent_str line) noexcept;
  static agent_status complete(agent_task* task, agent_status status, agent_bytes* update) noexcept;
  static agent_status fail(agent_task* task, agent_status status, agent_str kind, agent_str text) noexcept;
  static agent_status emit(agent_task* task, agent_str channel, agent_str json) noexcept;
  static agent_status interrupt(agent_task* task, agent_str value, agent_bytes* answer) noexcept;
  static std::uint64_t deadline_ns(agent_task* task) noexcept;
  static std::int32_t is_cancelled(agent_task* task) noexcept;

  // The extensions.
  static agent_status http_request(agent_task* task, std::uint64_t token,
                                   const agent_http_request* request) noexcept;
  static std::int32_t has_service(agent_host* host, agent_str service) noexcept;
  static agent_status llm_complete(agent_task* task, std::uint64_t token, agent_str request) noexcept;
  static std::int32_t is_online(agent_host* host, agent_str model) noexcept;
  static agent_status timer_sleep(agent_task* task, std::uint64_t token, std::uint64_t nanoseconds) noexcept;
  static std::int64_t timer_now(agent_host* host) noexcept;

  static agent_status subagent_run(agent_task* task, std::uint64_t token, agent_str request) noexcept;
  static agent_status tools_list(agent_task* task, std::uint64_t token, agent_str request) noexcept;
  static agent_status tools_call(agent_task* task, std::uint64_t token, agent_str request) noexcept;

  static agent_status store_get(agent_task* task, std::uint64_t token, agent_str request) noexcept;
  static agent_status store_put(agent_task* task, std::uint64_t token, agent_str request) noexcept;
  static agent_status store_remove(agent_task* task, std::uint64_t token, agent_str request) noexcept;
  static agent_status store_search(agent_task* task, std::uint64_t token, agent_str request) noexcept;
  static agent_status store_namespaces(agent_task* task, std::uint64_t token, agent_str request) noexcept;

  static agent_status define_metric(agent_host* host, agent_str definition, std::uint64_t* series) noexcept;
  template <agent_status (FakeTelemetry::*keep)(std::uint64_t, double)>
  static agent_status count(agent_host* host, std::uint64_t series, double value) noexcept {
    return (fake(host).telemetry.*keep)(series, value);
  }
  static std::uint64_t new_span(agent_task* task) noexcept;
  static std::int64_t now_ns(agent_host* host) noexcept;
  static agent_status record_span(agent_task* task, const agent_span* span) noexcept;
  static agent_status traceparent(agent_task* task, std::uint64_t span, agent_bytes* out) noexcept;

  static bool cancelled(const FakeTask& task) {
    return task.replies_made >= task.options.cancel_after_replies;
  }
  static void take_command(Outcome& outcome, Json command);
  static void end(FakeTask& task, Outcome::Kind kind);
  // Answers a call from the script's result; a thrown agent::Error becomes the failed reply.
  template <class Script>
  static agent_status answer(agent_task* task, std::uint64_t token, Script&& script) noexcept;
  template <class Ask>
  static agent_status answer_from_store(agent_task* task, std::uint64_t token, agent_str request,
                                        Ask ask) noexcept;
  static void post(FakeTask& task, Reply reply, std::unique_lock<std::mutex>& lock);
  static void deliver(FakeTask& task, const Reply& reply);
  void drive(FakeTask& task);
  static void stream(FakeTask& task, std::uint64_t token, const Json& request, const LlmAnswer& said,
                     std::unique_lock<std::mutex>& lock);

  AnyEntry entry_;
  agent_http_api http_table_{};
  agent_llm_api llm_table_{};
  agent_timer_api timer_table_{};
  agent_store_api store_table_{};
  agent_subagent_api subagent_table_{};
  agent_tools_api tools_table_{};
  agent_metrics_api metrics_table_{};
  agent_trace_api trace_table_{};
  agent_entry_reply entered_{};
  std::map<std::string, agent_graph*, std::less<>> graphs_;

  // Guarded by mutex_.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<FakeTask>> tasks_;

  static constexpr agent_host_api kHostApi = {AGENT_SIZE(agent_host_api, is_cancelled),
                                              AGENT_ABI_MINOR,
                                              get_extension,
                                              log,
                                              complete,
                                              fail,
                                              emit,
                                              interrupt,
                                              deadline_ns,
                                              is_cancelled};
};

}  // namespace agent::testing

#include "agenthost/sdk/detail/fake_host_calls.hpp"
#include "agenthost/sdk/detail/fake_services.hpp"

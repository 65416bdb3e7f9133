// The plugins of this repository in worker processes, with the host's real services: what works in the
// server's process works there, also while processes are killed at random.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <future>
#include <mutex>
#include <random>
#include <thread>

#include "host/plugins/extensions/extensions.hpp"
#include "host/plugins/extensions/metrics_extension.hpp"
#include "host/plugins/extensions/trace_extension.hpp"
#include "tests/integration/isolation/isolated_bench.hpp"
#include "tests/support/http_stub.hpp"
#include "tests/support/span_book.hpp"

namespace agenthost::isolation {
namespace {

using plugins::test::error_of;
using plugins::test::RecordingSink;
using plugins::test::update_of;
using test::eventually;
using test::IsolatedBench;
using testing::HasSubstr;
using testing::IsEmpty;

std::filesystem::path built(const std::string& name) {
  return std::filesystem::path(PLUGINS_DIRECTORY) / name;
}

std::string value_of(const std::optional<runtime::NodeOutcome>& outcome) {
  const auto* interrupted = outcome ? std::get_if<runtime::NodeInterrupted>(&*outcome) : nullptr;
  return interrupted == nullptr ? "<no question>" : *interrupted->value;
}

// The worker processes of this process.
std::vector<int> workers() {
  std::vector<int> pids;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream children(thread.path() / "children");
    for (int pid = 0; children >> pid;) pids.push_back(pid);
  }
  return pids;
}

// A store that answers what it was asked.
class MirrorStore final : public extensions::StoreAccess {
 public:
  void call(extensions::StoreOperation operation, std::string request,
            std::function<void(Result<std::string>)> done) override {
    if (operation == extensions::StoreOperation::kGet) {
      return done(R"({"namespace":["a"],"key":"ann","value":{"times":41}})");
    }
    if (operation == extensions::StoreOperation::kSearch) {
      return done(R"({"items":[{"namespace":["a"],"key":"ann","value":{}}]})");
    }
    if (request.find("fail") != std::string::npos)
      return done(fail(ErrorCode::kUnavailable, "the disk is full"));
    done("null");
  }
};

// Agents that answer with their name, but one that goes on until it is cancelled.
class MirrorAgents final : public extensions::SubagentAccess {
 public:
  void run(extensions::SubagentCall call) override {
    if (call.request.find("endless") != std::string::npos) {
      call.cancel->on_cancel([this] { cancelled_.set_value(); });
      return asked_.set_value();
    }
    if (call.request.find("helper") == std::string::npos)
      return call.answer(fail(ErrorCode::kNotFound, "no such agent"));
    call.answer(R"({"messages":[{"type":"ai","content":"helped"}]})");
  }
  bool was_asked() { return is_ready(asked_); }
  bool was_cancelled() { return is_ready(cancelled_); }

 private:
  static bool is_ready(std::promise<void>& promise) {
    return promise.get_future().wait_for(plugins::test::kPatience) == std::future_status::ready;
  }
  std::promise<void> asked_, cancelled_;
};

class GoodPlugins : public testing::Test {
 protected:
  // In the order of need: the bench's processes end before what their calls use.
  ThreadPool timer_pool_{"test-timers", 1};
  Timers timers_{timer_pool_};
  MirrorStore store_;
  MirrorAgents agents_;
  IsolatedBench bench_{
      {},
      {extensions::make_timer_extension(timers_), extensions::make_store_extension(store_, 1U << 20U),
       extensions::make_subagent_extension(agents_, 1U << 20U)}};
};

TEST_F(GoodPlugins, AnswerAsInTheServersProcess) {
  ASSERT_EQ(bench_.launch(built("echo")), "");
  EXPECT_EQ(update_of(bench_.run(R"({"messages":[{"type":"human","content":"hi"}]})")),
            R"({"messages":[{"type":"ai","content":"echo: hi"}]})");
}

TEST_F(GoodPlugins, StreamInOrderAndWaitWithTheHostsTimer) {
  ASSERT_EQ(bench_.launch(built("echo")), "");
  const auto sink = std::make_shared<RecordingSink>();
  const auto task = bench_.start(sink, R"({"messages":[],"tokens":500,"delay_ms":5})");
  EXPECT_THAT(update_of(sink->wait()), HasSubstr("echo: "));
  const auto events = sink->emitted();
  ASSERT_EQ(events.size(), 500U);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].second, R"({"token":"tok)" + std::to_string(i) + "\"}");
  }
}

TEST_F(GoodPlugins, HearACancellationWhileTheyWait) {
  ASSERT_EQ(bench_.launch(built("echo")), "");
  const auto sink = std::make_shared<RecordingSink>();
  const auto task = bench_.start(sink, R"({"messages":[],"tokens":1,"delay_ms":3600000})");
  task->cancel(runtime::CancelReason::kUser);
  EXPECT_EQ(error_of(sink->wait()).code, ErrorCode::kCancelled);
}

TEST_F(GoodPlugins, AskAHumanAndHearTheAnswer) {
  ASSERT_EQ(bench_.launch(built("echo-cpp")), "");
  EXPECT_EQ(value_of(bench_.run("{}", "hitl", "ask")), R"({"question":"ok?"})");
  EXPECT_EQ(update_of(bench_.run("{}", "hitl", "ask", {make_blob("\"yes\"")})),
            R"({"answer":"yes","foo":["ask"]})");
}

TEST_F(GoodPlugins, UseTheHostsStore) {
  ASSERT_EQ(bench_.launch(built("echo-cpp")), "");
  EXPECT_EQ(update_of(bench_.run(R"({"name":"ann"})", "greeter")), R"({"last_met":"ann","times":42})");
  EXPECT_THAT(error_of(bench_.run(R"({"name":"fail"})", "greeter")).text, HasSubstr("the disk is full"));
}

TEST_F(GoodPlugins, AskOtherAgents) {
  ASSERT_EQ(bench_.launch(built("echo-cpp")), "");
  EXPECT_EQ(update_of(bench_.run(R"({"agent":"helper","question":"why"})", "delegate")),
            R"({"said":"helped"})");
  EXPECT_THAT(error_of(bench_.run(R"({"agent":"nobody","question":"why"})", "delegate")).text,
              HasSubstr("the subagent: no such agent"));
}

TEST_F(GoodPlugins, TakeTheAgentsTheyAskedWithThem) {
  ASSERT_EQ(bench_.launch(built("echo-cpp")), "");
  const auto sink = std::make_shared<RecordingSink>();
  const auto task = bench_.start(sink, R"({"agent":"endless","question":"why"})", "delegate");
  ASSERT_TRUE(agents_.was_asked());
  task->cancel(runtime::CancelReason::kUser);
  EXPECT_TRUE(agents_.was_cancelled());
  EXPECT_EQ(error_of(sink->wait()).code, ErrorCode::kCancelled);
}

// Keeps what plugins tell of themselves.
class MeasuredPlugins : public testing::Test {
 protected:
  static settings::WorkerProcesses processes(unsigned children) {
    settings::WorkerProcesses limits;
    limits.children = children;
    return limits;
  }
  std::vector<plugins::Extension> services() {
    return {extensions::make_metrics_extension(metrics_, nullptr), extensions::make_trace_extension(book_)};
  }
  std::string page() const {
    telemetry::MetricPage page;
    metrics_->add_to(page);
    return page.prometheus();
  }

  std::shared_ptr<telemetry::PluginMetrics> metrics_ = std::make_shared<telemetry::PluginMetrics>();
  agenthost::test::SpanBook book_;
};

TEST_F(MeasuredPlugins, CountTogetherInAllTheirProcesses) {
  IsolatedBench bench(processes(2), services());
  ASSERT_EQ(bench.launch(built("echo-cpp")), "");
  std::vector<std::shared_ptr<RecordingSink>> sinks(20);
  std::vector<std::shared_ptr<runtime::TaskHandle>> tasks;
  for (auto& sink : sinks) {
    sink = std::make_shared<RecordingSink>();
    tasks.push_back(bench.start(sink, R"({"text":"three little words"})", "reader"));
  }
  for (const auto& sink : sinks) EXPECT_THAT(update_of(sink->wait()), HasSubstr(R"("words":3)"));
  EXPECT_THAT(page(), HasSubstr(R"(words_read_total{plugin="echo-cpp",graph=""} 60)"));
  EXPECT_THAT(page(), HasSubstr(R"(text_words_bucket{plugin="echo-cpp",le="10"} 20)"));
}

TEST_F(MeasuredPlugins, KeepTheirCountsAndLoseTheirGaugesWithAProcess) {
  IsolatedBench bench(processes(1), services());
  ASSERT_EQ(bench.launch(built("echo-cpp")), "");
  static_cast<void>(bench.run(R"({"text":"a b"})", "reader"));
  EXPECT_THAT(page(), HasSubstr(R"(last_text_words{plugin="echo-cpp"} 2)"));
  for (const auto pid : workers()) ::kill(pid, SIGKILL);
  EXPECT_TRUE(eventually(
      [&] { return page().find(R"(last_text_words{plugin="echo-cpp"} 0)") != std::string::npos; }));
  EXPECT_THAT(page(), HasSubstr(R"(words_read_total{plugin="echo-cpp",graph=""} 2)"));
}

TEST_F(MeasuredPlugins, ThatAreRefusedAMetricSayWhyAndGoOn) {
  telemetry::PluginMeter other(metrics_, "other");
  const auto taken =
      other.define(*telemetry::read_metric_definition(R"({"kind":"histogram","name":"last_text_words"})"));
  ASSERT_TRUE(taken.has_value());
  IsolatedBench bench(processes(1), services());
  ASSERT_EQ(bench.launch(built("echo-cpp")), "");
  EXPECT_THAT(update_of(bench.run(R"({"text":"a b"})", "reader")), HasSubstr(R"("words":2)"));
  EXPECT_TRUE(bench.log.has("a metric is refused"));
  EXPECT_TRUE(bench.log.has("last_text_words"));
}

TEST_F(MeasuredPlugins, AddTheirSpansToTheRunsTrace) {
  IsolatedBench bench(processes(1), services());
  ASSERT_EQ(bench.launch(built("echo-cpp")), "");
  EXPECT_THAT(update_of(bench.run(R"({"text":"a"})", "reader")), HasSubstr(R"("traceparent":"")"));
  bench.trace = {1, 2, 3};
  EXPECT_THAT(update_of(bench.run(R"({"text":"a b"})", "reader")),
              HasSubstr(R"("traceparent":"00-00000000000000010000000000000002-)"));
  const auto kept = book_.spans();
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].name, "count words");
  EXPECT_EQ(kept[0].context.trace_low, 2U);
  EXPECT_EQ(kept[0].parent, 3U);
  EXPECT_EQ(kept[0].attributes, R"({"words":2,"plugin":"echo-cpp"})");
  EXPECT_GE(kept[0].end_ns, kept[0].start_ns);
}

TEST(ToolServers, AreReachedFromWorkerProcesses) {
  agenthost::test::HttpStub stub;
  const auto answer = [&](int id, const std::string& result) {
    stub.then(agenthost::test::StubAnswer::json(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) +
                                                R"(,"result":)" + result + "}"));
  };
  answer(1, R"({"protocolVersion":"2025-06-18"})");
  stub.then(agenthost::test::StubAnswer::json("", 202));
  answer(2, R"({"tools":[{"name":"search"}]})");
  answer(3, R"({"content":[],"isError":false})");
  settings::Service server;
  server.base_url = stub.url() + "/mcp";
  ThreadPool work("test-work", 1);
  const auto http = *outbound::HttpClient::open({}, {});
  const auto client = *outbound::McpClient::open(*http, work, {{"issues", server}});
  {
    IsolatedBench bench({}, {extensions::make_tools_extension(*client, {}, 1U << 20U)});
    ASSERT_EQ(bench.launch(built("echo-cpp")), "");
    EXPECT_EQ(
        update_of(bench.run(R"({"server":"issues","tool":"search","arguments":{"query":"x"}})", "toolbox")),
        R"({"result":{"content":[],"isError":false},"tools":["search"]})");
    EXPECT_THAT(stub.requests().back().body, HasSubstr(R"("arguments":{"query":"x"})"));
    EXPECT_THAT(error_of(bench.run(R"({"server":"nobody","tool":"x","arguments":{}})", "toolbox")).text,
                HasSubstr("add it to tools.servers in agenthost.yaml"));
  }
  http->stop();
  work.stop();
}

// Its manifest asks for 127.0.0.1 alone.
class HostsOfAPlugin : public testing::TestWithParam<settings::Isolation> {};

TEST_P(HostsOfAPlugin, AreThoseItAsksForThoughTheOperatorAllowsMore) {
  agenthost::test::HttpStub stub;
  stub.then(agenthost::test::StubAnswer::json("[]"));
  settings::Http rules;
  rules.allow_hosts = {"127.0.0.1", "localhost"};
  const auto client = *outbound::HttpClient::open(rules, {});
  {
    IsolatedBench bench({}, {extensions::make_http_extension(*client, {})});
    ASSERT_EQ(bench.launch(FETCHING_PLUGIN, "{}", GetParam()), "");
    EXPECT_EQ(update_of(bench.run(R"({"url":")" + stub.url() + R"("})")), R"({"x":"fetched"})");
    const auto refused = error_of(bench.run(R"({"url":"http://localhost/"})"));
    EXPECT_EQ(refused.code, ErrorCode::kDenied);
    EXPECT_THAT(refused.text, HasSubstr("host localhost: plugin \"fetches\" does not ask for it"));
  }
  EXPECT_EQ(stub.requests().size(), 1U);
  client->stop();
}

INSTANTIATE_TEST_SUITE_P(InBothPlaces, HostsOfAPlugin,
                         testing::Values(settings::Isolation::kInProcess, settings::Isolation::kProcess),
                         [](const auto& place) {
                           return place.param == settings::Isolation::kProcess ? "Process" : "InProcess";
                         });

TEST_F(GoodPlugins, DecideTheirEdges) {
  ASSERT_EQ(bench_.launch(std::filesystem::path(CONFORMANCE_DIRECTORY) / "conformance"), "");
  const auto& entry = bench_.entry("weather");
  const auto* router = entry.graph->find_node("router_node");
  std::promise<std::string> decided;
  entry.executor->route(
      router->conditional_edges.at(0), make_blob(R"({"route":"weather"})"),
      [&](const Result<JsonBlob>& answer) { decided.set_value(answer ? **answer : answer.error().text); });
  EXPECT_EQ(decided.get_future().get(), R"(["weather_graph"])");
}

TEST_F(GoodPlugins, AreRefusedInTheirOwnWords) {
  const auto bad = std::filesystem::path(DANGEROUS_PLUGINS_DIRECTORY).parent_path() / "plugins";
  EXPECT_EQ(bench_.launch(bad / "create_fails"),
            "create_fails.so: graph create_fails could not be made: config.model is missing; set it under "
            "plugins.config.create_fails");
  EXPECT_THAT(bench_.launch(bad / "unresolved_symbol"), HasSubstr("unresolved_symbol.so: cannot be loaded:"));
}

// ---- killed at random ----

// Counts the ends, and those that were none.
struct Ends {
  std::atomic<int> all{0};
  std::mutex mutex;
  // Guarded by mutex
  std::vector<std::string> errors;
};

class CountingSink final : public runtime::TaskSink {
 public:
  explicit CountingSink(Ends& ends) : ends_(ends) {}
  Pressure emit(Channel, std::string) override { return Pressure::kNone; }
  void done(runtime::NodeOutcome outcome) override {
    if (const auto* error = std::get_if<Error>(&outcome)) {
      const std::lock_guard lock(ends_.mutex);
      ends_.errors.push_back(error->text);
    }
    ++ends_.all;
  }

 private:
  Ends& ends_;
};

TEST(KilledAtRandom, AProcessThatIsBeingReplacedWhileItsPluginStopsIsNotLeftBehind) {
  settings::WorkerProcesses limits;
  limits.children = 1;
  for (int round = 0; round < 10; ++round) {
    IsolatedBench bench(limits);
    ASSERT_EQ(bench.launch(built("echo")), "");
    static_cast<void>(bench.run(R"({"messages":[]})"));  // one that has worked is replaced at once
    for (const auto pid : workers()) ::kill(pid, SIGKILL);
    ASSERT_TRUE(eventually([&] { return bench.log.has("tasks were with it"); }));  // the next is on its way
    static_cast<void>(bench.plugin().stop());
    EXPECT_THAT(workers(), IsEmpty());
  }
}

TEST(KilledAtRandom, NoTaskIsLost) {
  ThreadPool timer_pool("test-timers", 1);
  Timers timers(timer_pool);
  settings::WorkerProcesses limits;
  limits.children = 4;
  limits.restarts_per_minute = 100'000;
  IsolatedBench bench(limits, {extensions::make_timer_extension(timers)});
  ASSERT_EQ(bench.launch(built("echo")), "");

  constexpr int kTasks = 10'000;
  constexpr int kKills = 100;
  Ends ends;
  std::jthread killer([&ends] {
    std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same every time
    for (int kill = 1; kill <= kKills; ++kill) {
      ASSERT_TRUE(eventually([&] { return ends.all >= kill * kTasks / kKills - 50; }));
      const auto pids = workers();
      if (!pids.empty()) ::kill(pids[random() % pids.size()], SIGKILL);
    }
  });
  std::vector<std::shared_ptr<runtime::TaskHandle>> tasks;
  for (int i = 0; i < kTasks; ++i) {
    tasks.push_back(bench.start(std::make_shared<CountingSink>(ends),
                                i % 10 == 0 ? R"({"messages":[],"delay_ms":2})" : R"({"messages":[]})"));
    // Some are always under way, so that a kill always hits some.
    ASSERT_TRUE(eventually([&] { return i - ends.all < 100; }));
  }
  EXPECT_TRUE(eventually([&] { return ends.all == kTasks; }));
  EXPECT_THAT(ends.errors, IsEmpty());
}

}  // namespace
}  // namespace agenthost::isolation

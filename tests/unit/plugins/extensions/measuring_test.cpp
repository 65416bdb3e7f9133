// agent.metrics/1 and agent.trace/1, called as a plugin calls them, on the real task machinery.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>

#include "agenthost/ext/metrics.h"
#include "host/plugins/extensions/metrics_extension.hpp"
#include "host/plugins/extensions/trace_extension.hpp"
#include "host/plugins/loader.hpp"
#include "tests/support/span_book.hpp"
#include "tests/unit/plugins/scripted_plugin.hpp"

namespace agenthost::extensions::test {
namespace {

using plugins::test::RecordingSink;
using testing::ElementsAre;
using testing::HasSubstr;

agent_str str(std::string_view text) {
  return {text.data(), text.size()};
}

struct Heard final : MetricsListener {
  void defined(std::uint64_t series, std::string_view definition) override {
    told.push_back(std::to_string(series) + " is " + std::string(definition));
  }
  bool measured(std::uint64_t series, Measure how, double value) override {
    if (!has_room) return false;
    told.push_back(std::to_string(series) + " op " + std::to_string(static_cast<int>(how)) + " " +
                   std::to_string(static_cast<int>(value)));
    return true;
  }
  bool has_room = true;
  std::vector<std::string> told;
};

class MeasuringTest : public testing::Test {
 protected:
  MeasuringTest() {
    manifest_.id = "scripted";
    manifest_.needs = plugins::known_needs();
    bench_ = std::make_unique<plugins::test::Bench>(plugins::granted_to(
        manifest_, {make_metrics_extension(metrics_, &heard_), make_trace_extension(book_)}));
  }

  const agent_metrics_api& metrics() { return table<agent_metrics_api>(AGENT_EXT_METRICS); }
  const agent_trace_api& trace() { return table<agent_trace_api>(AGENT_EXT_TRACE); }
  agent_host* host() { return bench_->host->handle(); }

  // Runs a node that does this.
  void in_task(telemetry::TraceContext context, const std::function<void(agent_task*)>& what) {
    bench_->graph.start = [&](agent_task* task, const agent_node_call*) {
      what(task);
      return plugins::test::complete(task, "{}");
    };
    auto call = bench_->call();
    call.trace = context;
    const auto sink = std::make_shared<RecordingSink>();
    const auto handle = bench_->executor->start(std::move(call), sink);
    ASSERT_TRUE(sink->wait().has_value());
  }
  static agent_span span_named(std::string_view name, std::uint64_t id) {
    agent_span span{};
    span.struct_size = AGENT_SIZE(agent_span, attributes);
    span.id = id;
    span.start_ns = 10;
    span.end_ns = 20;
    span.name = str(name);
    return span;
  }
  std::string page() {
    telemetry::MetricPage page;
    metrics_->add_to(page);
    return page.prometheus();
  }

  std::shared_ptr<telemetry::PluginMetrics> metrics_ = std::make_shared<telemetry::PluginMetrics>();
  agenthost::test::SpanBook book_;
  Heard heard_;
  plugins::Manifest manifest_;
  std::unique_ptr<plugins::test::Bench> bench_;

 private:
  template <class Table>
  const Table& table(const char* id) {
    return *static_cast<const Table*>(bench_->host->extension_table(id));
  }
};

constexpr telemetry::TraceContext kTraced{1, 2, 3};

TEST_F(MeasuringTest, MetricsAreCountedAndPassedOnInOrder) {
  std::uint64_t series = 0;
  const auto* reads = R"({"kind":"counter","name":"reads_total"})";
  ASSERT_EQ(metrics().define(host(), str(reads), &series), AGENT_OK);
  ASSERT_EQ(metrics().define(host(), str(reads), &series), AGENT_OK);
  EXPECT_EQ(metrics().add(host(), series, 2), AGENT_OK);
  EXPECT_EQ(metrics().add(host(), series, -2), AGENT_INVALID);
  EXPECT_EQ(metrics().observe(host(), series, 2), AGENT_INVALID);
  EXPECT_EQ(metrics().set(host(), series + 1, 2), AGENT_NOT_FOUND);
  EXPECT_THAT(heard_.told, ElementsAre(std::string("1 is ") + reads, "1 op 0 2"));
  EXPECT_THAT(page(), HasSubstr("reads_total{plugin=\"scripted\"} 2\n"));
}

TEST_F(MeasuringTest, AListenerThatIsBehindDropsNumbers) {
  std::uint64_t series = 0;
  ASSERT_EQ(metrics().define(host(), str(R"({"kind":"gauge","name":"waiting"})"), &series), AGENT_OK);
  heard_.has_room = false;
  EXPECT_EQ(metrics().set(host(), series, 1), AGENT_EXHAUSTED);
}

TEST_F(MeasuringTest, MetricsThatAreWrongGetNoNumber) {
  std::uint64_t series = 7;
  EXPECT_EQ(metrics().define(host(), str("{}"), &series), AGENT_INVALID);
  EXPECT_EQ(series, 0U);
  EXPECT_EQ(metrics().define(host(), str("{}"), nullptr), AGENT_INVALID);
  EXPECT_THAT(heard_.told, ElementsAre());
}

TEST_F(MeasuringTest, AClosedPluginCountsNoMore) {
  std::uint64_t series = 0;
  ASSERT_EQ(metrics().define(host(), str(R"({"kind":"gauge","name":"waiting"})"), &series), AGENT_OK);
  ASSERT_EQ(metrics().set(host(), series, 5), AGENT_OK);
  const auto& table = metrics();
  bench_->host->close();
  EXPECT_EQ(table.set(host(), series, 6), AGENT_NOT_FOUND);
  EXPECT_EQ(page(), "");
}

TEST_F(MeasuringTest, SpansGetTheirPlaceInTheRunsTrace) {
  std::string header;
  in_task(kTraced, [&](agent_task* task) {
    const auto id = trace().new_span(task);
    auto outer = span_named("outer", id);
    auto inner = span_named("inner", trace().new_span(task));
    inner.parent = id;
    inner.status = AGENT_UNAVAILABLE;
    inner.attributes = str(R"({"n":1,"plugin":"a lie"})");
    EXPECT_EQ(trace().record(task, &inner), AGENT_OK);
    EXPECT_EQ(trace().record(task, &outer), AGENT_OK);
    agent_bytes bytes{};
    EXPECT_EQ(trace().traceparent(task, 0x2a, &bytes), AGENT_OK);
    header = plugins::OwnedBytes(&bytes).text();
  });
  ASSERT_EQ(book_.spans().size(), 2U);
  EXPECT_EQ(book_.spans()[0].context.trace_high, 1U);
  EXPECT_EQ(book_.spans()[0].context.trace_low, 2U);
  EXPECT_EQ(book_.spans()[0].parent, book_.spans()[1].context.span);
  EXPECT_EQ(book_.spans()[0].error, "AGENT_UNAVAILABLE");
  EXPECT_EQ(book_.spans()[0].attributes, R"({"n":1,"plugin":"scripted"})");
  EXPECT_EQ(book_.spans()[1].parent, kTraced.span);
  EXPECT_EQ(header, "00-00000000000000010000000000000002-000000000000002a-01");
}

TEST_F(MeasuringTest, SpansOfATaskThatIsNotTracedCostNothing) {
  in_task({}, [&](agent_task* task) {
    EXPECT_EQ(trace().new_span(task), 0U);
    auto span = span_named("x", 1);
    EXPECT_EQ(trace().record(task, &span), AGENT_OK);
    agent_bytes bytes{};
    EXPECT_EQ(trace().traceparent(task, 1, &bytes), AGENT_NOT_FOUND);
  });
  EXPECT_TRUE(book_.spans().empty());
}

TEST_F(MeasuringTest, SpansThatAreWrongAreRefused) {
  in_task(kTraced, [&](agent_task* task) {
    const std::string long_name(201, 'x');
    auto before_time = span_named("x", 1);
    before_time.start_ns = std::numeric_limits<std::int64_t>::min();
    before_time.end_ns = std::numeric_limits<std::int64_t>::max();
    auto no_id = span_named("x", 0), no_name = span_named("", 1), backwards = span_named("x", 1),
         long_one = span_named(long_name, 1), text = span_named("x", 1), old = span_named("x", 1);
    backwards.end_ns = 9;
    text.attributes = str("[1]");
    old.struct_size = 16;
    for (const auto* span : {&before_time, &no_id, &no_name, &backwards, &long_one, &text, &old})
      EXPECT_EQ(trace().record(task, span), AGENT_INVALID);
    EXPECT_EQ(trace().record(task, nullptr), AGENT_INVALID);
  });
  EXPECT_TRUE(book_.spans().empty());
}

TEST_F(MeasuringTest, SpansOfATaskAreBoundedAndEndWithIt) {
  agent_task* ended = nullptr;
  in_task(kTraced, [&](agent_task* task) {
    ended = task;
    auto span = span_named("x", 1);
    for (int i = 0; i < 1'000; ++i) EXPECT_EQ(trace().record(task, &span), AGENT_OK);
    EXPECT_EQ(trace().record(task, &span), AGENT_EXHAUSTED);
  });
  auto span = span_named("late", 1);
  EXPECT_EQ(trace().record(ended, &span), AGENT_NOT_FOUND);
  EXPECT_EQ(trace().new_span(ended), 0U);
  EXPECT_EQ(book_.spans().size(), 1'000U);
}

}  // namespace
}  // namespace agenthost::extensions::test

#include "host/telemetry/metric_page.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "host/base/json.hpp"
#include "host/telemetry/process_metrics.hpp"

namespace agenthost::telemetry {
namespace {

using Kind = MetricPage::Kind;

constexpr std::array<std::uint64_t, 3> kBounds{1, 10, 100};

TEST(Histogram, PutsABoundIntoItsOwnBucket) {
  Histogram histogram(kBounds);
  for (const std::uint64_t value : {0U, 1U, 2U, 10U, 100U, 101U}) histogram.observe(value);
  EXPECT_EQ(histogram.count(0), 2U);
  EXPECT_EQ(histogram.count(1), 2U);
  EXPECT_EQ(histogram.count(2), 1U);
  EXPECT_EQ(histogram.count(3), 1U);
  EXPECT_EQ(histogram.sum(), 214U);
}

TEST(Timing, TakesAClockThatWentBackForNoTimeAtAll) {
  Timing timing(kBounds);
  timing.observe(std::chrono::microseconds(-5));
  EXPECT_EQ(timing.microseconds().count(0), 1U);
  EXPECT_EQ(timing.microseconds().sum(), 0U);
}

TEST(Counter, LosesNothingBetweenThreads) {
  Counter counter;
  const auto work = [&] {
    for (int i = 0; i < 10'000; ++i) counter.add();
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_EQ(counter.value(), 20'000U);
}

TEST(MetricPage, IsPrometheusText) {
  MetricPage page;
  Timing timing(kBounds);
  timing.observe(std::chrono::microseconds(5));
  timing.observe(std::chrono::milliseconds(5));
  page.family("a_total", Kind::kCounter, "How often.");
  page.sample({}, std::uint64_t{7});
  page.sample({{"name", "with \"quotes\", a \\ and\na line"}}, std::uint64_t{8});
  page.family("b_seconds", Kind::kHistogram, "How long.");
  page.sample({{"graph", "g"}}, timing);
  EXPECT_EQ(page.prometheus(),
            "# HELP a_total How often.\n"
            "# TYPE a_total counter\n"
            "a_total 7\n"
            "a_total{name=\"with \\\"quotes\\\", a \\\\ and\\na line\"} 8\n"
            "# HELP b_seconds How long.\n"
            "# TYPE b_seconds histogram\n"
            "b_seconds_bucket{graph=\"g\",le=\"1e-06\"} 0\n"
            "b_seconds_bucket{graph=\"g\",le=\"1e-05\"} 1\n"
            "b_seconds_bucket{graph=\"g\",le=\"1e-04\"} 1\n"
            "b_seconds_bucket{graph=\"g\",le=\"+Inf\"} 2\n"
            "b_seconds_sum{graph=\"g\"} 0.005005\n"
            "b_seconds_count{graph=\"g\"} 2\n");
}

TEST(MetricPage, IsJson) {
  MetricPage page;
  Histogram histogram(kBounds);
  histogram.observe(5);
  page.single("a", Kind::kGauge, "Now.", std::int64_t{-1});
  page.single("b", Kind::kHistogram, "Sizes.", histogram);
  EXPECT_EQ(page.json(),
            R"({"a":{"type":"gauge","help":"Now.","samples":[{"labels":{},"value":-1}]},)"
            R"("b":{"type":"histogram","help":"Sizes.","samples":[{"labels":{},"count":1,"sum":5,)"
            R"("buckets":{"1":0,"10":1,"100":1,"+Inf":1}}]}})");
}

TEST(ProcessMetrics, SeeThisProcess) {
  MetricPage page;
  add_process_metrics(page);
  const auto json = parse_json(page.json());
  ASSERT_TRUE(json);
  const auto value = [&](const char* name) { return (*json)[name]["samples"][0]["value"].GetDouble(); };
  EXPECT_GT(value("process_resident_memory_bytes"), 1'000'000);
  EXPECT_GE(value("process_open_fds"), 3);
  EXPECT_LE(value("process_open_fds"), value("process_max_fds"));
  EXPECT_GE(value("process_threads"), 1);
}

}  // namespace
}  // namespace agenthost::telemetry

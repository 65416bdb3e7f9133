#include "host/telemetry/plugin_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <optional>

#include "host/base/json.hpp"

namespace agenthost::telemetry {
namespace {

using testing::HasSubstr;

std::string refusal_of(std::string_view definition) {
  const auto metric = read_metric_definition(definition);
  return metric ? "" : metric.error().text;
}

TEST(MetricDefinition, FollowsTheCustomsOfScrapers) {
  EXPECT_EQ(refusal_of(R"({"kind":"counter","name":"reads_total"})"), "");
  EXPECT_EQ(refusal_of(R"({"kind":"gauge","name":"waiting","help":"h","labels":{"a":"1"}})"), "");
  EXPECT_EQ(refusal_of(R"({"kind":"histogram","name":"seconds","buckets":[-1,0,2.5]})"), "");
  EXPECT_THAT(refusal_of(R"({"kind":"counter","name":"reads"})"), HasSubstr("must end with _total"));
  EXPECT_THAT(refusal_of(R"({"kind":"gauge","name":"reads_total"})"), HasSubstr("must not end with _total"));
  EXPECT_THAT(refusal_of(R"({"kind":"histogram","name":"x_bucket"})"),
              HasSubstr("must not end with _bucket"));
}

TEST(MetricDefinition, IsRefusedWithTheRuleItBreaks) {
  const std::string long_text(300, 'x');
  EXPECT_THAT(refusal_of("nonsense"), HasSubstr("JSON"));
  EXPECT_THAT(refusal_of("[]"), HasSubstr("object"));
  EXPECT_THAT(refusal_of(R"({"name":"x"})"), HasSubstr("counter, gauge or histogram"));
  for (const auto* name : {"", "Upper", "9x", "a-b", "a b", "a\\n"})
    EXPECT_THAT(refusal_of(R"({"kind":"gauge","name":")" + std::string(name) + "\"}"),
                HasSubstr("lower-case"));
  EXPECT_THAT(refusal_of(R"({"kind":"gauge","name":")" + long_text + "\"}"), HasSubstr("lower-case"));
  EXPECT_THAT(refusal_of(R"({"kind":"gauge","name":"x","help":")" + long_text + "\"}"),
              HasSubstr("one line"));
  EXPECT_THAT(refusal_of(R"({"kind":"gauge","name":"x","help":"a\nb"})"), HasSubstr("one line"));
  EXPECT_THAT(refusal_of(R"({"kind":"gauge","name":"x","labels":{"plugin":"p"}})"), HasSubstr("\"plugin\""));
  EXPECT_THAT(refusal_of(R"({"kind":"gauge","name":"x","labels":{"a":1}})"), HasSubstr("must be a text"));
  EXPECT_THAT(refusal_of(R"({"kind":"gauge","name":"x","labels":{"a":"\udc00"}})"), HasSubstr("surrogate"));
  EXPECT_THAT(refusal_of(R"({"kind":"gauge","name":"x","labels":{"a":")" + long_text + "\"}}"),
              HasSubstr("128 bytes"));
  EXPECT_THAT(
      refusal_of(
          R"({"kind":"gauge","name":"x","labels":{"a":"","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":""}})"),
      HasSubstr("at most 8"));
  for (const auto* buckets : {"[]", "[1,1]", "[2,1]", "[\"1\"]", "7"})
    EXPECT_THAT(refusal_of(R"({"kind":"histogram","name":"x","buckets":)" + std::string(buckets) + "}"),
                HasSubstr("\"buckets\""));
}

class PluginMetricsTest : public testing::Test {
 protected:
  static std::uint64_t define(PluginMeter& meter, std::string_view definition) {
    const auto number = meter.define(*read_metric_definition(definition));
    EXPECT_TRUE(number.has_value()) << (number ? "" : number.error().text);
    return number.value_or(0);
  }
  std::string page() const {
    MetricPage page;
    metrics_->add_to(page);
    return page.prometheus();
  }

  std::shared_ptr<PluginMetrics> metrics_ = std::make_shared<PluginMetrics>();
  PluginMeter meter_{metrics_, "ctm"};
};

constexpr auto* kReads = R"({"kind":"counter","name":"reads_total","help":"Reads.","labels":{"source":"x"}})";
constexpr auto* kWaiting = R"({"kind":"gauge","name":"waiting"})";
constexpr auto* kSeconds = R"({"kind":"histogram","name":"seconds","buckets":[1,2]})";

TEST_F(PluginMetricsTest, ShowUnderTheServersPrefixWithTheirPlugin) {
  const auto reads = define(meter_, kReads);
  ASSERT_TRUE(meter_.add(reads, 2).has_value());
  ASSERT_TRUE(meter_.add(reads, 0.5).has_value());
  EXPECT_EQ(page(),
            "# HELP agenthost_plugin_reads_total Reads.\n"
            "# TYPE agenthost_plugin_reads_total counter\n"
            "agenthost_plugin_reads_total{plugin=\"ctm\",source=\"x\"} 2.5\n");
}

TEST_F(PluginMetricsTest, SpreadWhatIsObservedOverTheBuckets) {
  const auto seconds = define(meter_, kSeconds);
  for (const double value : {0.5, 1.0, 1.5, 7.0}) ASSERT_TRUE(meter_.observe(seconds, value).has_value());
  EXPECT_THAT(page(), HasSubstr("seconds_bucket{plugin=\"ctm\",le=\"1\"} 2\n"));
  EXPECT_THAT(page(), HasSubstr("seconds_bucket{plugin=\"ctm\",le=\"2\"} 3\n"));
  EXPECT_THAT(page(), HasSubstr("seconds_bucket{plugin=\"ctm\",le=\"+Inf\"} 4\n"));
  EXPECT_THAT(page(), HasSubstr("seconds_sum{plugin=\"ctm\"} 10\n"));
}

TEST_F(PluginMetricsTest, GiveTheSameNumberForTheSameSeries) {
  EXPECT_EQ(define(meter_, kReads), 1U);
  EXPECT_EQ(define(meter_, kWaiting), 2U);
  EXPECT_EQ(define(meter_, kReads), 1U);
}

TEST_F(PluginMetricsTest, AddUpOverTheCopiesOfAPlugin) {
  std::optional<PluginMeter> other(std::in_place, metrics_, "ctm");
  ASSERT_TRUE(meter_.add(define(meter_, kReads), 1).has_value());
  ASSERT_TRUE(other->add(define(*other, kReads), 2).has_value());
  ASSERT_TRUE(meter_.set(define(meter_, kWaiting), 10).has_value());
  ASSERT_TRUE(other->set(define(*other, kWaiting), 5).has_value());
  ASSERT_TRUE(other->add(define(*other, kWaiting), 1).has_value());
  EXPECT_THAT(page(), HasSubstr("waiting{plugin=\"ctm\"} 16\n"));
  other.reset();
  EXPECT_THAT(page(), HasSubstr("waiting{plugin=\"ctm\"} 10\n"));
  EXPECT_THAT(page(), HasSubstr("reads_total{plugin=\"ctm\",source=\"x\"} 3\n"));
}

TEST_F(PluginMetricsTest, RefuseOneNameForTwoKinds) {
  PluginMeter other(metrics_, "other");
  static_cast<void>(define(meter_, kWaiting));
  const auto refused = other.define(*read_metric_definition(R"({"kind":"histogram","name":"waiting"})"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(refused.error().text, HasSubstr("choose another name"));
}

TEST_F(PluginMetricsTest, LetEachPluginHaveBucketsOfItsOwn) {
  PluginMeter other(metrics_, "other");
  static_cast<void>(define(meter_, kSeconds));
  const auto* wider = R"({"kind":"histogram","name":"seconds","buckets":[1,30]})";
  EXPECT_EQ(meter_.define(*read_metric_definition(wider)).error().code, ErrorCode::kInvalid);
  ASSERT_TRUE(other.observe(define(other, wider), 20).has_value());
  EXPECT_THAT(page(), HasSubstr("seconds_bucket{plugin=\"other\",le=\"30\"} 1\n"));
}

TEST_F(PluginMetricsTest, GoWithTheLastCopyOfTheirPlugin) {
  std::optional<PluginMeter> first(std::in_place, metrics_, "other"),
      second(std::in_place, metrics_, "other");
  ASSERT_TRUE(first->add(define(*first, kReads), 2).has_value());
  static_cast<void>(define(meter_, kWaiting));
  first.reset();
  EXPECT_THAT(page(), HasSubstr("reads_total{plugin=\"other\",source=\"x\"} 2\n"));
  second.reset();
  EXPECT_EQ(page(),
            "# HELP agenthost_plugin_waiting A plugin's own, which does not say more.\n"
            "# TYPE agenthost_plugin_waiting gauge\n"
            "agenthost_plugin_waiting{plugin=\"ctm\"} 0\n");
  EXPECT_EQ(define(meter_, R"({"kind":"gauge","name":"other"})"), 2U);
}

TEST_F(PluginMetricsTest, StayFiniteWhateverIsAdded) {
  const auto reads = define(meter_, kReads), seconds = define(meter_, kSeconds),
             waiting = define(meter_, kWaiting);
  ASSERT_TRUE(meter_.add(reads, 1.7e308).has_value());
  EXPECT_FALSE(meter_.add(reads, 1.7e308).has_value());
  ASSERT_TRUE(meter_.observe(seconds, -1.7e308).has_value());
  EXPECT_FALSE(meter_.observe(seconds, -1.7e308).has_value());
  PluginMeter copy(metrics_, "ctm");
  ASSERT_TRUE(meter_.set(waiting, 1.7e308).has_value());
  ASSERT_TRUE(copy.set(define(copy, kWaiting), 1.7e308).has_value());
  MetricPage page;
  metrics_->add_to(page);
  EXPECT_THAT(page.prometheus(), HasSubstr("waiting{plugin=\"ctm\"} +Inf\n"));
  EXPECT_TRUE(parse_json(page.json()).has_value());
}

TEST_F(PluginMetricsTest, RefuseWhatIsNotForAMetricOfThatKind) {
  const auto reads = define(meter_, kReads), waiting = define(meter_, kWaiting),
             seconds = define(meter_, kSeconds);
  EXPECT_FALSE(meter_.add(reads, -1).has_value());
  EXPECT_FALSE(meter_.set(reads, 1).has_value());
  EXPECT_FALSE(meter_.observe(waiting, 1).has_value());
  EXPECT_FALSE(meter_.add(seconds, 1).has_value());
  EXPECT_FALSE(meter_.set(waiting, std::numeric_limits<double>::infinity()).has_value());
  EXPECT_EQ(meter_.add(0, 1).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(meter_.add(4, 1).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(page(), HasSubstr("reads_total{plugin=\"ctm\",source=\"x\"} 0\n"));
}

TEST_F(PluginMetricsTest, DoNotGrowWithoutBound) {
  const auto nth = [](std::size_t n) {
    return R"({"kind":"gauge","name":"x","labels":{"n":")" + std::to_string(n) + "\"}}";
  };
  for (std::size_t n = 0; n < PluginMetrics::kMostSeries; ++n) static_cast<void>(define(meter_, nth(n)));
  EXPECT_EQ(meter_.define(*read_metric_definition(nth(1000))).error().code, ErrorCode::kExhausted);
  EXPECT_EQ(define(meter_, nth(3)), 4U);  // what is there stays
  PluginMeter other(metrics_, "other");
  EXPECT_EQ(define(other, nth(1000)), 1U);
}

}  // namespace
}  // namespace agenthost::telemetry

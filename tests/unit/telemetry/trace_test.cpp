#include "host/telemetry/trace.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "host/base/json.hpp"

namespace agenthost::telemetry {
namespace {

constexpr auto* kHeader = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(Traceparent, IsReadAndWritten) {
  const auto read = read_traceparent(kHeader);
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(read->is_recorded);
  const auto* context = &read->context;
  EXPECT_EQ(context->trace_high, 0x4bf92f3577b34da6U);
  EXPECT_EQ(context->trace_low, 0xa3ce929d0e0e4736U);
  EXPECT_EQ(context->span, 0x00f067aa0ba902b7U);
  EXPECT_EQ(traceparent(*context), kHeader);
}

TEST(Traceparent, OfALaterVersionIsReadAsFarAsItIsKnown) {
  EXPECT_TRUE(
      read_traceparent("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-09-what-comes").has_value());
}

TEST(Traceparent, IsIgnoredWhenItIsNone) {
  for (const auto* text : {"", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                           "00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01",
                           "00x4bf92f3577b34da6a3ce929d0e0e4736x00f067aa0ba902b7x01"}) {
    EXPECT_FALSE(read_traceparent(text).has_value()) << text;
  }
}

TEST(Traceparent, SaysWhetherTheCallerRecords) {
  EXPECT_FALSE(read_traceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")->is_recorded);
}

TEST(TraceNamed, HasTheNumberOfAUuid) {
  const auto context = trace_named("019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b");
  EXPECT_EQ(context.trace_high, 0x019a1b2c3d4e7f50U);
  EXPECT_EQ(context.trace_low, 0x8a6b7c8d9e0f1a2bU);
  EXPECT_FALSE(context.is_traced());
  EXPECT_EQ(trace_named("no uuid").trace_low, 0U);
}

TEST(LogSpanSink, WritesALineOfJson) {
  std::vector<std::string> lines;
  Logger logger([&](Level, std::string_view room, std::string_view text) {
    EXPECT_EQ(room, "trace");
    lines.emplace_back(text);
  });
  LogSpanSink sink(logger);
  sink.ended({{1, 2, 3}, 4, "rank \"all\"", 1'000'000'000, 1'001'500'000, "no answer", R"({"n":1})"});
  sink.ended({{1, 2, 4}, 0, "root", 5, 5, "", "{}"});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0],
            R"({"name":"rank \"all\"","trace_id":"00000000000000010000000000000002",)"
            R"("span_id":"0000000000000003","parent_span_id":"0000000000000004","start_ns":1000000000,)"
            R"("duration_ms":1.500,"error":"no answer","attributes":{"n":1}})");
  EXPECT_EQ(lines[1],
            R"({"name":"root","trace_id":"00000000000000010000000000000002","span_id":"0000000000000004",)"
            R"("start_ns":5,"duration_ms":0.000})");
}

}  // namespace
}  // namespace agenthost::telemetry

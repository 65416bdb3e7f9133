#include "host/models/cron_schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/models/cron_request.hpp"

namespace agenthost::models {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

Micros at(std::string_view text) {
  return parse_time(text).value();
}

// The next `count` times, in UTC, to the minute.
std::vector<std::string> next(const std::string& schedule, std::string_view after, int count = 1,
                              std::string_view zone = "UTC") {
  std::vector<std::string> out;
  const auto parsed = CronSchedule::parse(schedule);
  if (!parsed) return {parsed.error().text};
  auto time = at(after);
  for (int i = 0; i < count; ++i) {
    time = parsed->next_after(time, TimeZone::find(zone).value()).value();
    out.push_back(format_time(time).substr(0, 16));
  }
  return out;
}

TEST(CronSchedule, ReadsStarsNumbersRangesStepsAndLists) {
  EXPECT_THAT(next("* * * * *", "2026-01-01T00:00:00Z", 2),
              ElementsAre("2026-01-01T00:01", "2026-01-01T00:02"));
  EXPECT_THAT(next("*/20 * * * *", "2026-01-01T00:19:59Z", 3),
              ElementsAre("2026-01-01T00:20", "2026-01-01T00:40", "2026-01-01T01:00"));
  EXPECT_THAT(next("50/5 23 * * *", "2026-01-01T00:00Z", 3),
              ElementsAre("2026-01-01T23:50", "2026-01-01T23:55", "2026-01-02T23:50"));
  EXPECT_THAT(next("0 9-17/4,22 * * *", "2026-01-01T00:00Z", 4),
              ElementsAre("2026-01-01T09:00", "2026-01-01T13:00", "2026-01-01T17:00", "2026-01-01T22:00"));
  EXPECT_THAT(next("  30   8  1,15 * *  ", "2026-01-01T08:30Z", 2),
              ElementsAre("2026-01-15T08:30", "2026-02-01T08:30"));
}

TEST(CronSchedule, KnowsNamesAndBothSundays) {
  EXPECT_THAT(next("0 0 1 JAN,jul *", "2026-01-01T00:00Z", 2),
              ElementsAre("2026-07-01T00:00", "2027-01-01T00:00"));
  EXPECT_THAT(next("0 12 * * mon-FRI", "2026-01-02T12:00Z"), ElementsAre("2026-01-05T12:00"));
  for (const auto* sunday : {"0", "7", "sun", "7-7"}) {
    EXPECT_THAT(next(std::string("0 0 * * ") + sunday, "2026-01-01T00:00Z"), ElementsAre("2026-01-04T00:00"));
  }
  EXPECT_THAT(next("0 0 * * 5-7", "2026-01-01T00:00Z", 4),
              ElementsAre("2026-01-02T00:00", "2026-01-03T00:00", "2026-01-04T00:00", "2026-01-09T00:00"));
}

TEST(CronSchedule, EitherDayWillDoWhenBothAreRestricted) {
  EXPECT_THAT(next("0 0 13 * fri", "2026-01-01T00:00Z", 3),
              ElementsAre("2026-01-02T00:00", "2026-01-09T00:00", "2026-01-13T00:00"));
  EXPECT_THAT(next("0 0 * * fri", "2026-01-03T00:00Z"), ElementsAre("2026-01-09T00:00"));
}

TEST(CronSchedule, CrossesMonthsYearsAndLeapDays) {
  EXPECT_THAT(next("59 23 31 * *", "2026-01-31T23:59Z"), ElementsAre("2026-03-31T23:59"));
  EXPECT_THAT(next("0 0 29 2 *", "2026-01-01T00:00Z", 2),
              ElementsAre("2028-02-29T00:00", "2032-02-29T00:00"));
  EXPECT_THAT(next("0 0 29 2 *", "2096-03-01T00:00Z"), ElementsAre("2104-02-29T00:00"));
  EXPECT_THAT(next("0 0 1 1 *", "2026-12-31T23:59:59.999999Z"), ElementsAre("2027-01-01T00:00"));
}

TEST(CronSchedule, GoesByTheClocksOfItsZone) {
  EXPECT_THAT(next("0 8 * * *", "2026-01-10T00:00Z", 1, "America/Bogota"), ElementsAre("2026-01-10T13:00"));
  EXPECT_THAT(next("0 8 * * *", "2026-01-10T00:00Z", 1, "Europe/Berlin"), ElementsAre("2026-01-10T07:00"));
  EXPECT_THAT(next("0 8 * * *", "2026-07-10T00:00Z", 1, "Europe/Berlin"), ElementsAre("2026-07-10T06:00"));
  EXPECT_THAT(next("15 0 1 * *", "2026-01-20T00:00Z", 1, "Asia/Kolkata"), ElementsAre("2026-01-31T18:45"));
}

// Berlin, 29 March 2026: 02:00 becomes 03:00, which is 01:00 UTC.
TEST(CronSchedule, ATimeThatTheClockSkipsComesAtTheJumpOnce) {
  EXPECT_THAT(next("30 2 * * *", "2026-03-27T12:00Z", 3, "Europe/Berlin"),
              ElementsAre("2026-03-28T01:30", "2026-03-29T01:00", "2026-03-30T00:30"));
  EXPECT_THAT(next("0,30 2 * * *", "2026-03-28T12:00Z", 2, "Europe/Berlin"),
              ElementsAre("2026-03-29T01:00", "2026-03-30T00:00"));
  EXPECT_THAT(next("30 * * * *", "2026-03-28T23:00Z", 3, "Europe/Berlin"),
              ElementsAre("2026-03-28T23:30", "2026-03-29T00:30", "2026-03-29T01:30"))
      << "every hour: nothing is made up for";
}

// Berlin, 25 October 2026: 03:00 becomes 02:00 again at 01:00 UTC.
TEST(CronSchedule, ATimeThatTheClockRepeatsComesOnce) {
  EXPECT_THAT(next("30 2 * * *", "2026-10-24T12:00Z", 2, "Europe/Berlin"),
              ElementsAre("2026-10-25T00:30", "2026-10-26T01:30"));
  EXPECT_THAT(next("30 2 * * *", "2026-10-25T00:45Z", 1, "Europe/Berlin"), ElementsAre("2026-10-26T01:30"));
  EXPECT_THAT(next("*/30 * * * *", "2026-10-24T23:59Z", 5, "Europe/Berlin"),
              ElementsAre("2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30",
                          "2026-10-25T02:00"))
      << "every hour: both passes count";
}

TEST(CronSchedule, SaysWhichFieldIsWrong) {
  const auto mistake = [](const std::string& text) {
    const auto parsed = CronSchedule::parse(text);
    return parsed ? "none" : parsed.error().text;
  };
  EXPECT_THAT(mistake(""), StartsWith("must have five fields"));
  EXPECT_THAT(mistake("* * * *"), HasSubstr("not 4"));
  EXPECT_THAT(mistake("* * * * * *"), HasSubstr("not 6"));
  EXPECT_THAT(mistake("60 * * * *"), HasSubstr("\"60\" is no minute (0 to 59"));
  EXPECT_THAT(mistake("* 24 * * *"), HasSubstr("hour"));
  EXPECT_THAT(mistake("* * 0 * *"), HasSubstr("day of the month"));
  EXPECT_THAT(mistake("* * * 13 *"), HasSubstr("month (1 to 12"));
  EXPECT_THAT(mistake("* * * * 8"), HasSubstr("day of the week"));
  for (const auto* bad :
       {"-1 * * * *", "5-1 * * * *", "*/0 * * * *", "1,,2 * * * *", "1- * * * *", "a * * * *",
        "*/99999999999 * * * *", "1.5 * * * *", "janu * * * *", "*5 * * * *"}) {
    EXPECT_THAT(mistake(bad), HasSubstr("is no minute")) << bad;
  }
  EXPECT_EQ(mistake("*/4294967295 * * * *"), "none") << "a step beyond the field is the first value alone";
  EXPECT_THAT(mistake("0 0 30 2 *"), StartsWith("never comes"));
  EXPECT_THAT(mistake("0 0 31 4,6 *"), StartsWith("never comes"));
}

TEST(TimeZones, AreFoundByTheirIanaNamesOnly) {
  for (const auto* bad :
       {"", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "Europe", "europe/berlin "}) {
    EXPECT_THAT(TimeZone::find(bad).error().text, StartsWith("unknown time zone")) << bad;
  }
}

TEST(Times, AreReadWithAndWithoutAZone) {
  const auto noon = at("2026-01-02T12:00:00Z");
  for (const auto* same : {"2026-01-02T12:00:00", "2026-01-02 12:00", "2026-01-02T12:00:00.000+00:00",
                           "2026-01-02T13:30:00+01:30", "2026-01-02T10:00:00-0200", "2026-01-02T10:00-02",
                           "2026-01-02t12:00:00.0000000z"}) {
    EXPECT_EQ(parse_time(same), noon) << same;
  }
  EXPECT_EQ(at("2026-01-02T12:00:00.123456789Z"), noon + 123'456);
  EXPECT_EQ(at("2026-01-02"), noon - Micros{12} * 3'600'000'000);
  for (const auto* bad : {"", "now", "2026-02-30", "2026-13-01", "2026-01-02T24:00", "2026-01-02T12",
                          "2026-01-02T12:60", "2026-01-02T12:00:00.Z", "2026-01-02T12:00:00X",
                          "2026-01-02T12:00:00Z ", "2026-1-2", "2026-01-02T12:00:00+25:00", "20260102"}) {
    EXPECT_EQ(parse_time(bad), std::nullopt) << bad;
  }
}

Result<Cron> create(const std::string& body, CronKind kind = CronKind::kStateless) {
  return CronRequest::create(*parse_json(body), kind);
}

TEST(CronRequest, KeepsTheRunAndDefaultsTheRest) {
  const auto cron = create(
      R"({"schedule":"0 0 1 1 *","input":{},"assistant_id":"agent","end_time":"2099-01-01T00:00:00","timezone":"UTC",
          "metadata":{"m":1},"config":{"configurable":{"k":1}},"webhook":null,"unknown":1})");
  ASSERT_TRUE(cron) << cron.error().text;
  EXPECT_EQ(cron->payload, R"({"assistant_id":"agent","input":{},"config":{"configurable":{"k":1}}})");
  EXPECT_EQ(cron->metadata, R"({"m":1})");
  EXPECT_EQ(cron->end_time, at("2099-01-01T00:00:00Z"));
  EXPECT_EQ(cron->on_run_completed, OnCompletion::kDelete);
  EXPECT_TRUE(cron->enabled);
  const auto kept = create(R"({"schedule":"0 0 1 1 *","assistant_id":"a"})", CronKind::kOnThread);
  EXPECT_EQ(kept->on_run_completed, OnCompletion::kKeep);
}

TEST(CronRequest, NamesTheFieldThatIsWrong) {
  const auto mistake = [](const std::string& members) {
    const auto cron = create(R"({"assistant_id":"a","schedule":"* * * * *",)" + members + "}");
    return cron ? "none" : cron.error().text;
  };
  EXPECT_EQ(create(R"({"assistant_id":"a"})").error().text, "schedule: is required");
  EXPECT_EQ(create(R"({"schedule":"* * * * *"})").error().text, "assistant_id: is required");
  EXPECT_THAT(create(R"({"assistant_id":"a","schedule":"x"})").error().text,
              StartsWith("schedule: must have five"));
  EXPECT_THAT(mistake(R"("timezone":"Mars/Olympus")"), StartsWith("timezone: unknown"));
  EXPECT_THAT(mistake(R"("end_time":"soon")"), StartsWith("end_time: "));
  EXPECT_THAT(mistake(R"("enabled":"yes")"), StartsWith("enabled: "));
  EXPECT_THAT(mistake(R"("on_run_completed":"burn")"), StartsWith("on_run_completed: "));
  EXPECT_THAT(mistake(R"("multitask_strategy":"fight")"), StartsWith("multitask_strategy: "));
}

TEST(CronRequest, APatchChangesOnlyWhatItNames) {
  const auto before = *create(
      R"({"schedule":"0 8 * * *","assistant_id":"a","end_time":"2099-01-01","metadata":{"m":1},"input":{"x":1}})");
  const auto patched = [&](const std::string& body) {
    return *CronRequest::patch(*parse_json(body), before);
  };
  EXPECT_EQ(to_json(patched("{}")), to_json(before));
  EXPECT_FALSE(patched(R"({"enabled":false})").enabled);
  EXPECT_EQ(patched(R"({"metadata":{"n":2}})").metadata, R"({"m":1,"n":2})");
  EXPECT_EQ(patched(R"({"end_time":null})").end_time, std::nullopt);
  EXPECT_EQ(patched(R"({"input":{"y":1}})").payload, R"({"assistant_id":"a","input":{"y":1}})");
  EXPECT_THAT(CronRequest::patch(*parse_json(R"({"schedule":"x"})"), before).error().text,
              StartsWith("schedule: "));
  EXPECT_FALSE(CronRequest::patch(*parse_json("[]"), before));
}

TEST(Cron, IsNotDueWhilePausedNorPastItsEnd) {
  auto cron = *create(R"({"schedule":"0 8 * * *","assistant_id":"a","end_time":"2026-01-02T08:00:00"})");
  EXPECT_EQ(next_run(cron, at("2026-01-01T09:00Z")).value(), at("2026-01-02T08:00Z"));
  EXPECT_EQ(next_run(cron, at("2026-01-02T08:00Z")).value(), std::nullopt);
  cron.enabled = false;
  EXPECT_EQ(next_run(cron, at("2026-01-01T09:00Z")).value(), std::nullopt);
}

}  // namespace
}  // namespace agenthost::models

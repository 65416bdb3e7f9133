// CronSchedule: the five fields of a crontab line: minute, hour, day of the month, month, day of the week.
//
// A field is *, a number, a range a-b, a step */n, a-b/n or a/n, or a list of these; months and days of the
// week also by their English names, Sunday as 0 or 7. When both days are restricted, either will do.
// Immutable.
#pragma once

#include <bitset>
#include <optional>
#include <string_view>

#include "host/base/time_zone.hpp"

namespace agenthost::models {

class CronSchedule {
 public:
  // kInvalid says which field and why; also for a schedule that never comes (30 February).
  [[nodiscard]] static Result<CronSchedule> parse(std::string_view text);

  // The first moment after `after` when the zone's clocks show a time of the schedule. When clocks are set
  // forward, a time that is left out comes at the jump; when they are set back, a time that is shown twice
  // counts the first time. A schedule for every hour (hour is * or */n) goes by what the clock shows instead:
  // nothing is made up for and both passes count.
  [[nodiscard]] std::optional<Micros> next_after(Micros after, const TimeZone& zone) const;

 private:
  CronSchedule() = default;
  [[nodiscard]] bool matches(const LocalDay& day) const;
  [[nodiscard]] std::optional<Micros> first_of_day(const LocalDay& day, Micros after,
                                                   const TimeZone& zone) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;  // 7 is folded into 0
  bool every_hour_ = false;
  bool any_day_ = false, any_weekday_ = false;
};

}  // namespace agenthost::models

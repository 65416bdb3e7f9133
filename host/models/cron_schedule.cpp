#include "host/models/cron_schedule.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>
#include <vector>

namespace agenthost::models {
namespace {

using Names = std::vector<std::string_view>;

struct FieldKind {
  std::string_view name;
  unsigned least, most;
  Names names = {};  // the first stands for `least`
};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> parts;
  for (const auto part : split(text, ' ')) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

std::optional<unsigned> read_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<unsigned> read_value(std::string_view text, const FieldKind& kind) {
  const auto same = [&](std::string_view name) {
    return std::equal(name.begin(), name.end(), text.begin(), text.end(),
                      [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); });
  };
  const auto named = std::find_if(kind.names.begin(), kind.names.end(), same);
  if (named != kind.names.end()) return kind.least + static_cast<unsigned>(named - kind.names.begin());
  const auto number = read_number(text);
  return number && *number >= kind.least && *number <= kind.most ? number : std::nullopt;
}

struct Range {
  unsigned first, last, step;
};

// *, a, a-b, each perhaps with /n; a/n means from a on.
std::optional<Range> read_range(std::string_view text, const FieldKind& kind) {
  const auto slash = text.find('/');
  const auto base = text.substr(0, slash);
  Range range{kind.least, kind.most, 1};
  if (slash != std::string_view::npos) {
    const auto step = read_number(text.substr(slash + 1));
    if (!step || *step == 0) return std::nullopt;
    range.step = *step;
  }
  if (base == "*") return range;
  const auto dash = base.find('-');
  const auto first = read_value(base.substr(0, dash), kind);
  if (!first) return std::nullopt;
  range.first = *first;
  if (dash == std::string_view::npos) {
    if (slash == std::string_view::npos) range.last = range.first;
    return range;
  }
  const auto last = read_value(base.substr(dash + 1), kind);
  if (!last || *last < range.first) return std::nullopt;
  range.last = *last;
  return range;
}

template <std::size_t kSize>
Status read_field(std::string_view text, const FieldKind& kind, std::bitset<kSize>& bits) {
  for (const auto part : split(text, ',')) {
    const auto range = read_range(part, kind);
    if (!range) {
      return fail(ErrorCode::kInvalid, "\"" + std::string(part) + "\" is no " + std::string(kind.name) +
                                           " (" + std::to_string(kind.least) + " to " +
                                           std::to_string(kind.most) +
                                           "; *, a-b, */n and lists with commas are fine)");
    }
    // A step may be larger than any field.
    for (std::size_t value = range->first; value <= range->last; value += range->step) bits.set(value);
  }
  return {};
}

bool is_star(std::string_view field) {
  return field.substr(0, 1) == "*";
}

}  // namespace

Result<CronSchedule> CronSchedule::parse(std::string_view text) {
  static const FieldKind kMinute{"minute", 0, 59};
  static const FieldKind kHour{"hour", 0, 23};
  static const FieldKind kDay{"day of the month", 1, 31};
  static const FieldKind kMonth{
      "month", 1, 12, {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}};
  static const FieldKind kWeekday{"day of the week", 0, 7, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}};
  const auto fields = words(text);
  if (fields.size() != 5) {
    return fail(ErrorCode::kInvalid,
                "must have five fields (minute, hour, day, month, day of the week), not " +
                    std::to_string(fields.size()));
  }
  CronSchedule schedule;
  for (const auto& read :
       {read_field(fields[0], kMinute, schedule.minutes_), read_field(fields[1], kHour, schedule.hours_),
        read_field(fields[2], kDay, schedule.days_), read_field(fields[3], kMonth, schedule.months_),
        read_field(fields[4], kWeekday, schedule.weekdays_)}) {
    if (!read) return fail(read.error());
  }
  if (schedule.weekdays_.test(7)) schedule.weekdays_.set(0);
  schedule.every_hour_ = is_star(fields[1]);
  schedule.any_day_ = is_star(fields[2]);
  schedule.any_weekday_ = is_star(fields[4]);
  const auto utc = TimeZone::find("UTC");
  if (!utc) return fail(utc.error());
  if (!schedule.next_after(0, *utc)) return fail(ErrorCode::kInvalid, "never comes: there is no such day");
  return schedule;
}

bool CronSchedule::matches(const LocalDay& day) const {
  if (!months_.test(day.month)) return false;
  const bool by_day = days_.test(day.day);
  const bool by_weekday = weekdays_.test(day.weekday);
  return any_day_ || any_weekday_ ? by_day && by_weekday : by_day || by_weekday;
}

std::optional<Micros> CronSchedule::next_after(Micros after, const TimeZone& zone) const {
  // 29 February may be eight years away, and on a given weekday forty.
  constexpr int kMostDays = 41 * 366;
  auto day = zone.day_of(after);
  for (int i = 0; i < kMostDays; ++i, day = day.next()) {
    if (!matches(day)) continue;
    if (const auto found = first_of_day(day, after, zone)) return found;
  }
  return std::nullopt;
}

std::optional<Micros> CronSchedule::first_of_day(const LocalDay& day, Micros after,
                                                 const TimeZone& zone) const {
  std::optional<Micros> best;
  const auto consider = [&](Micros time) {
    if (time > after && (!best || time < *best)) best = time;
  };
  for (unsigned hour = 0; hour < hours_.size(); ++hour) {
    for (unsigned minute = 0; hours_.test(hour) && minute < minutes_.size(); ++minute) {
      if (!minutes_.test(minute)) continue;
      const auto moments = zone.moments(day, hour, minute);
      if (moments.instead && !every_hour_) consider(*moments.instead);
      if (moments.times.empty()) continue;
      consider(moments.times.front());
      if (every_hour_) consider(moments.times.back());
    }
  }
  return best;
}

}  // namespace agenthost::models

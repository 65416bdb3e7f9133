#include "host/base/time_zone.hpp"

#include <date/tz.h>

#include <chrono>

namespace agenthost {
namespace {

using std::chrono::microseconds;

Micros to_micros(date::sys_time<microseconds> time) {
  return time.time_since_epoch().count();
}

LocalDay to_day(date::local_days days) {
  const date::year_month_day date(days);
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day()), date::weekday(days).c_encoding()};
}

date::local_days to_days(const LocalDay& day) {
  return date::local_days(date::year(day.year) / date::month(day.month) / date::day(day.day));
}

// Reads a text from the left.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool done() const { return rest_.empty(); }
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    taken_ = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char taken() const { return taken_; }
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int number = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return number;
  }
  // As many digits as there are, the first six of them as millionths.
  std::optional<int> fraction() {
    int millionths = 0;
    int weight = 100'000;
    std::size_t count = 0;
    for (; count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9'; ++count, weight /= 10) {
      millionths += (rest_[count] - '0') * weight;
    }
    rest_.remove_prefix(count);
    return count == 0 ? std::nullopt : std::optional(millionths);
  }

 private:
  std::string_view rest_;
  char taken_ = 0;
};

std::optional<date::sys_days> read_date(Reader& reader) {
  const auto year = reader.digits(4);
  if (!year || !reader.take("-")) return std::nullopt;
  const auto month = reader.digits(2);
  if (!month || !reader.take("-")) return std::nullopt;
  const auto day = reader.digits(2);
  if (!day) return std::nullopt;
  const auto date =
      date::year(*year) / date::month(static_cast<unsigned>(*month)) / date::day(static_cast<unsigned>(*day));
  return date.ok() ? std::optional(date::sys_days(date)) : std::nullopt;
}

std::optional<microseconds> read_clock(Reader& reader) {
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23 || !reader.take(":")) return std::nullopt;
  const auto minute = reader.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  const auto clock = std::chrono::hours(*hour) + std::chrono::minutes(*minute);
  if (!reader.take(":")) return clock;
  const auto second = reader.digits(2);
  if (!second || *second > 59) return std::nullopt;
  if (!reader.take(".,")) return clock + std::chrono::seconds(*second);
  const auto fraction = reader.fraction();
  if (!fraction) return std::nullopt;
  return clock + std::chrono::seconds(*second) + microseconds(*fraction);
}

// Z, +hh, +hh:mm or +hhmm; nothing is UTC.
std::optional<microseconds> read_offset(Reader& reader) {
  if (reader.done() || reader.take("Zz")) return microseconds(0);
  if (!reader.take("+-")) return std::nullopt;
  const bool west = reader.taken() == '-';
  const auto hours = reader.digits(2);
  if (!hours || *hours > 23) return std::nullopt;
  std::optional<int> minutes = 0;
  if (!reader.done()) {
    (void)reader.take(":");
    minutes = reader.digits(2);
  }
  if (!minutes || *minutes > 59) return std::nullopt;
  const auto offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return west ? -offset : offset;
}

}  // namespace

LocalDay LocalDay::next() const {
  return to_day(to_days(*this) + date::days(1));
}

Result<TimeZone> TimeZone::find(std::string_view name) {
  // The border where exceptions of the library become errors.
  try {
    return TimeZone(*date::locate_zone(name));
  } catch (const std::exception&) {
    return fail(ErrorCode::kInvalid, "unknown time zone \"" + std::string(name) +
                                         "\"; use an IANA name such as Europe/Berlin or UTC");
  }
}

LocalDay TimeZone::day_of(Micros time) const {
  const auto local = zone_->to_local(date::sys_time<microseconds>(microseconds(time)));
  return to_day(date::floor<date::days>(local));
}

TimeZone::Moments TimeZone::moments(const LocalDay& day, unsigned hour, unsigned minute) const {
  const date::local_time<microseconds> local =
      to_days(day) + std::chrono::hours(hour) + std::chrono::minutes(minute);
  const auto info = zone_->get_info(local);
  const auto at = [&](const date::sys_info& side) {
    return to_micros(date::sys_time<microseconds>(local.time_since_epoch() - side.offset));
  };
  switch (info.result) {
    case date::local_info::ambiguous:
      return {{at(info.first), at(info.second)}, std::nullopt};
    case date::local_info::nonexistent:
      return {{}, to_micros(info.first.end)};
    default:
      return {{at(info.first)}, std::nullopt};
  }
}

std::optional<Micros> parse_time(std::string_view text) {
  Reader reader(text);
  const auto day = read_date(reader);
  if (!day) return std::nullopt;
  microseconds time = day->time_since_epoch();
  if (!reader.done()) {
    if (!reader.take("Tt ")) return std::nullopt;
    const auto clock = read_clock(reader);
    const auto offset = clock ? read_offset(reader) : std::nullopt;
    if (!offset || !reader.done()) return std::nullopt;
    time += *clock - *offset;
  }
  return time.count();
}

}  // namespace agenthost

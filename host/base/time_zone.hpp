// Time zones: between UTC and what clocks on the wall show, by the system's tz database, daylight saving
// included. The one door to Howard Hinnant's date library. Immutable; may read the disk when a zone is named
// for the first time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/ids.hpp"

namespace date {
class time_zone;
}

namespace agenthost {

// A day on the wall's calendar.
struct LocalDay {
  int year = 1970;
  unsigned month = 1, day = 1;
  unsigned weekday = 4;  // 0 = Sunday

  [[nodiscard]] LocalDay next() const;
};

class TimeZone {
 public:
  // An IANA name: "Europe/Berlin", "UTC". kInvalid when the system does not know it.
  [[nodiscard]] static Result<TimeZone> find(std::string_view name);

  [[nodiscard]] LocalDay day_of(Micros time) const;

  // When the wall shows this time of that day. Usually once; twice when the clock is set back over it; when
  // it is set forward over it, never: then `instead` is the moment of that jump.
  struct Moments {
    std::vector<Micros> times;
    std::optional<Micros> instead;
  };
  [[nodiscard]] Moments moments(const LocalDay& day, unsigned hour, unsigned minute) const;

 private:
  explicit TimeZone(const date::time_zone& zone) : zone_(&zone) {}
  const date::time_zone* zone_;  // the library's, for the life of the process
};

// ISO 8601: a date, or date and time with or without a zone; without one it is UTC. nullopt: not a time.
[[nodiscard]] std::optional<Micros> parse_time(std::string_view text);

}  // namespace agenthost

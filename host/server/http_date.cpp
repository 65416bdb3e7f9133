#include "host/server/http_date.hpp"

#include <cstdio>

namespace agenthost::server {
namespace {

// Not strftime: its names follow the process's locale.
constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string_view HttpDate::at(std::time_t now) {
  if (now != shown_) {
    std::tm time{};
    ::gmtime_r(&now, &time);
    std::array<char, 64> line{};
    std::snprintf(line.data(), line.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                  kDays[static_cast<std::size_t>(time.tm_wday)], time.tm_mday,
                  kMonths[static_cast<std::size_t>(time.tm_mon)], time.tm_year + 1900, time.tm_hour,
                  time.tm_min, time.tm_sec);
    std::string_view(line.data()).copy(text_.data(), kLength);
    shown_ = now;
  }
  return {text_.data(), kLength};
}

}  // namespace agenthost::server

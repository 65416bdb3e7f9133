// Dates as funders write them: ISO 8601, RFC 822, and words in Spanish and English. A date is the text
// YYYY-MM-DD, so that comparing dates is comparing texts; empty = none. Pure functions, immutable.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace ctm::text {

[[nodiscard]] std::string date_of(std::chrono::system_clock::time_point when);
// "2026-03-01T..." -> "2026-03-01"; anything that is no real date -> "".
[[nodiscard]] std::string parse_iso_date(std::string_view text);
// "Wed, 04 Mar 2026 10:00:00 GMT".
[[nodiscard]] std::string parse_rfc822_date(std::string_view text);
// ISO or RFC 822.
[[nodiscard]] std::string parse_feed_date(std::string_view text);
// The first date in a text, in words or digits: "30 de junio de 2026", "June 30, 2026", "30 June 2026",
// "2026-06-30". Numbers alone such as 03/04/2026 are refused: nobody can tell day from month.
[[nodiscard]] std::string find_date(std::string_view text);

struct Deadline {
  std::string date;
  std::string quote;  // the words it was read from
};
// A closing date that a text announces ("cierre: ...", "deadline: ...", "hasta el ...").
[[nodiscard]] Deadline find_deadline(std::string_view text);

}  // namespace ctm::text

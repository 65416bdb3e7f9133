#include "text/dates.hpp"

#include <array>
#include <cctype>
#include <cstdio>
#include <vector>

#include "text/normalise.hpp"

namespace ctm::text {
namespace {

std::string make_date(long year, long month, long day) {
  if (year < 1990 || year > 2200 || month < 1 || month > 12 || day < 1) return {};
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {};
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04ld-%02ld-%02ld", year, month, day);
  return buffer.data();
}

// Digits only and at most four of them; -1 otherwise.
long number(std::string_view word) {
  if (word.empty() || word.size() > 4) return -1;
  long value = 0;
  for (const char c : word) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

// 1..12 for a month's name or its three letters, in either language; 0 for another word.
long month_of(std::string_view word) {
  static constexpr std::array<std::string_view, 12> kSpanish{
      "enero", "febrero", "marzo",      "abril",   "mayo",      "junio",
      "julio", "agosto",  "septiembre", "octubre", "noviembre", "diciembre"};
  static constexpr std::array<std::string_view, 12> kEnglish{"january",   "february", "march",    "april",
                                                             "may",       "june",     "july",     "august",
                                                             "september", "october",  "november", "december"};
  if (word == "setiembre" || word == "sept") return 9;
  for (std::size_t at = 0; at < 12; ++at) {
    for (const std::string_view name : {kSpanish[at], kEnglish[at]}) {
      if (word == name || (word.size() == 3 && name.substr(0, 3) == word)) return static_cast<long>(at) + 1;
    }
  }
  return 0;
}

// "30", "30th", "1st".
long day_of(std::string_view word) {
  for (const std::string_view end : {"st", "nd", "rd", "th"}) {
    if (word.size() > 2 && word.substr(word.size() - 2) == end)
      return number(word.substr(0, word.size() - 2));
  }
  return word.size() <= 2 ? number(word) : -1;
}

using Words = std::vector<std::string>;

std::string word_at(const Words& all, std::size_t at) {
  return at < all.size() ? all[at] : std::string();
}

// The date that starts at a word, if one does: day month year, month day year, or year month day.
std::string date_at(const Words& all, std::size_t at) {
  std::size_t next = at;
  const auto skip = [&all](std::size_t from) {
    const std::string word = word_at(all, from);
    return word == "de" || word == "del" || word == "of" ? from + 1 : from;
  };
  if (const long day = day_of(all[at]); day > 0) {
    next = skip(at + 1);
    if (const long month = month_of(word_at(all, next)); month > 0) {
      return make_date(number(word_at(all, skip(next + 1))), month, day);
    }
  }
  if (const long month = month_of(all[at]); month > 0) {
    const long day = day_of(word_at(all, at + 1));
    return make_date(number(word_at(all, skip(at + 2))), month, day);
  }
  if (all[at].size() == 4 && word_at(all, at + 1).size() == 2) {
    // "2026-06-30T23:59" folds to 2026 06 30t23 59.
    return make_date(number(all[at]), number(word_at(all, at + 1)),
                     number(word_at(all, at + 2).substr(0, 2)));
  }
  return {};
}

bool announces_closing(std::string_view folded) {
  static constexpr std::array<std::string_view, 16> kMarks{"cierre",
                                                           "cierra",
                                                           "fecha limite",
                                                           "plazo",
                                                           "hasta el",
                                                           "vence",
                                                           "deadline",
                                                           "closes",
                                                           "closing date",
                                                           "due date",
                                                           "apply by",
                                                           "submit by",
                                                           "applications close",
                                                           "open until",
                                                           "closing on",
                                                           "submission date"};
  const std::string line = " " + std::string(folded) + " ";
  for (const std::string_view mark : kMarks) {
    if (line.find(" " + std::string(mark) + " ") != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::string date_of(std::chrono::system_clock::time_point when) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(when)};
  return make_date(static_cast<int>(date.year()), static_cast<long>(static_cast<unsigned>(date.month())),
                   static_cast<long>(static_cast<unsigned>(date.day())));
}

std::string parse_iso_date(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  if (text.size() < 10 || text[4] != '-' || text[7] != '-') return {};
  if (text.size() > 10 && std::isdigit(static_cast<unsigned char>(text[10])) != 0) return {};
  return make_date(number(text.substr(0, 4)), number(text.substr(5, 2)), number(text.substr(8, 2)));
}

std::string parse_rfc822_date(std::string_view text) {
  const Words all = words(text);
  for (std::size_t at = 0; at < all.size() && at < 2; ++at) {
    const long day = day_of(all[at]);
    const long month = month_of(word_at(all, at + 1));
    if (day < 1 || month < 1) continue;
    const std::string year = word_at(all, at + 2);
    const long written = number(year);
    return make_date(year.size() == 2 && written >= 0 ? 2000 + written : written, month, day);
  }
  return {};
}

std::string parse_feed_date(std::string_view text) {
  std::string date = parse_iso_date(text);
  return date.empty() ? parse_rfc822_date(text) : date;
}

std::string find_date(std::string_view text) {
  const Words all = words(text);
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (std::string date = date_at(all, at); !date.empty()) return date;
  }
  return {};
}

Deadline find_deadline(std::string_view text) {
  // Why only the words just before it: a text may name many dates, and the deadline is the one that was
  // announced.
  constexpr std::size_t kWordsBefore = 12;
  constexpr std::size_t kQuoteBytes = 330;
  for (const std::string& sentence : sentences(text)) {
    const std::string folded = fold(sentence);
    if (!announces_closing(folded)) continue;
    const Words all = words(sentence);
    for (std::size_t at = 0; at < all.size(); ++at) {
      std::string before;
      for (std::size_t back = at >= kWordsBefore ? at - kWordsBefore : 0; back < at; ++back)
        before.append(all[back]).append(" ");
      if (!announces_closing(before)) continue;
      if (std::string date = date_at(all, at); !date.empty()) return {date, shorten(sentence, kQuoteBytes)};
    }
  }
  return {};
}

}  // namespace ctm::text

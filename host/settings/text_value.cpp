#include "host/settings/text_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

namespace agenthost::settings {
namespace {

constexpr std::size_t kLongestWord = 64;  // edit distance is quadratic, and nobody mistypes more

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

// reference: what stands between the braces.
Result<std::string> resolve(std::string_view reference,
                            const std::map<std::string, std::string>& environment) {
  const auto separator = reference.find(":-");
  const auto name = std::string(reference.substr(0, separator));
  if (!is_variable_name(name)) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format(
            "\"${{{}}}\" names no variable; write ${{NAME}} or ${{NAME:-default}}, or $${{ for a plain ${{",
            reference));
  }
  const auto found = environment.find(name);
  if (separator != std::string_view::npos) {
    const bool empty = found == environment.end() || found->second.empty();
    return empty ? std::string(reference.substr(separator + 2)) : found->second;
  }
  if (found == environment.end()) {
    return fail(ErrorCode::kInvalid,
                fmt::format("environment variable {0} is not set; set it, or write ${{{0}:-default}}", name));
  }
  return found->second;
}

std::string out_of_range(std::string_view text, Range range) {
  return fmt::format("{} is out of range: {} to {}", text, range.least, range.most);
}

std::optional<std::string> parse_integer(const std::string& text, Range range, std::int64_t& out) {
  const char* const end = text.data() + text.size();
  const auto [stop, status] = std::from_chars(text.data(), end, out);
  if (stop != end || status == std::errc::invalid_argument) {
    return fmt::format("expected a whole number, found \"{}\"", text);
  }
  if (status == std::errc::result_out_of_range || out < range.least || out > range.most) {
    return out_of_range(text, range);
  }
  return std::nullopt;
}

struct Assign {
  const Key& key;
  const std::string& text;

  std::optional<std::string> operator()(bool* out) const {
    static constexpr std::string_view kYes[] = {"true", "yes", "on", "1"};
    static constexpr std::string_view kNo[] = {"false", "no", "off", "0"};
    const bool yes = std::find(std::begin(kYes), std::end(kYes), text) != std::end(kYes);
    if (!yes && std::find(std::begin(kNo), std::end(kNo), text) == std::end(kNo)) {
      return fmt::format("expected true or false, found \"{}\"", text);
    }
    *out = yes;
    return std::nullopt;
  }

  std::optional<std::string> operator()(double* out) const {
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, status] = std::from_chars(text.data(), end, value);
    if (stop != end || status != std::errc{}) return fmt::format("expected a number, found \"{}\"", text);
    const bool inside =
        value >= static_cast<double>(key.range.least) && value <= static_cast<double>(key.range.most);
    if (!inside) return out_of_range(text, key.range);  // NaN is never inside
    *out = value;
    return std::nullopt;
  }

  std::optional<std::string> operator()(milliseconds* out) const {
    std::int64_t value = 0;
    if (auto problem = parse_integer(text, key.range, value)) return problem;
    *out = milliseconds(value);
    return std::nullopt;
  }

  std::optional<std::string> operator()(std::string* out) const {
    const auto& choices = key.choices;
    if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
      const auto meant = nearest(text, {choices.begin(), choices.end()});
      return fmt::format("expected one of {}; found \"{}\"{}", fmt::join(choices, ", "), text,
                         meant ? fmt::format("; did you mean \"{}\"?", *meant) : "");
    }
    *out = text;
    return std::nullopt;
  }

  std::optional<std::string> operator()(std::filesystem::path* out) const {
    if (text.empty()) return "a path must not be empty";
    *out = text;
    return std::nullopt;
  }

  template <class Integer>
  std::enable_if_t<std::is_integral_v<Integer>, std::optional<std::string>> operator()(Integer* out) const {
    std::int64_t value = 0;
    if (auto problem = parse_integer(text, key.range, value)) return problem;
    *out = static_cast<Integer>(value);
    return std::nullopt;
  }

  template <class Other>
  std::optional<std::string> operator()(const Other&) const {
    check_failed(__FILE__, __LINE__, "is_scalar(key.target)", "lists and maps are not read from one text");
  }
};

// Edits (insert, delete, replace, swap neighbours) from one word to the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replace, previous[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(previous);
    previous.swap(row);
  }
  return previous[b.size()];
}

}  // namespace

Result<std::string> substitute(std::string_view text, const std::map<std::string, std::string>& environment) {
  std::string out;
  std::size_t done = 0;
  for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${", done)) {
    if (at > done && text[at - 1] == '$') {
      out.append(text.substr(done, at - done - 1)).append("${");
      done = at + 2;
      continue;
    }
    const auto close = text.find('}', at);
    if (close == std::string_view::npos) {
      return fail(ErrorCode::kInvalid, "\"${\" without \"}\"; close it, or write $${ for a plain ${");
    }
    auto value = resolve(text.substr(at + 2, close - at - 2), environment);
    if (!value) return value;
    out.append(text.substr(done, at - done)).append(*value);
    done = close + 1;
  }
  return out.append(text.substr(done));
}

bool is_scalar(const Target& target) {
  return std::visit([](auto member) { return kIsScalar<std::remove_pointer_t<decltype(member)>>; }, target);
}

std::optional<std::string> assign_text(const Key& key, const std::string& text) {
  return std::visit(Assign{key, text}, key.target);
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    const auto item = text.substr(0, comma);
    const auto first = item.find_first_not_of(" \t");
    if (first != std::string_view::npos)
      items.emplace_back(item.substr(first, item.find_last_not_of(" \t") - first + 1));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  if (word.size() > kLongestWord) return std::nullopt;
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  if (const auto meant = nearest(word, known)) return fmt::format("; did you mean \"{}\"?", *meant);
  return fmt::format("; known are: {}", fmt::join(known, ", "));
}

}  // namespace agenthost::settings

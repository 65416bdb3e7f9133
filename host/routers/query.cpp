#include "host/routers/query.hpp"

#include <algorithm>
#include <charconv>

#include "host/base/json.hpp"

namespace agenthost::routers {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

Result<Query> Query::parse(std::string_view raw) {
  Query query;
  while (!raw.empty()) {
    const auto end = raw.find('&');
    std::string item(raw.substr(0, end));
    raw = end == std::string_view::npos ? std::string_view{} : raw.substr(end + 1);
    if (item.empty()) continue;
    std::replace(item.begin(), item.end(), '+', ' ');
    const auto equals = item.find('=');
    auto name = percent_decode(std::string_view(item).substr(0, equals));
    auto value = equals == std::string::npos ? std::string()
                                             : percent_decode(std::string_view(item).substr(equals + 1));
    if (!name || !value) return fail(ErrorCode::kInvalid, "query: broken percent escape in \"" + item + "\"");
    query.items_.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

std::optional<std::string> Query::text(std::string_view name) const {
  const auto found =
      std::find_if(items_.begin(), items_.end(), [&](const auto& item) { return item.first == name; });
  if (found == items_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Query::list(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : items_) {
    if (key != name || value.empty()) continue;
    const auto array =
        value.front() == '[' ? parse_json(value) : Result<JsonDocument>(fail(ErrorCode::kInvalid, ""));
    if (!array || !array->IsArray()) {
      values.push_back(value);
      continue;
    }
    for (const auto& item : array->GetArray()) {
      if (item.IsString()) values.emplace_back(as_view(item));
    }
  }
  return values;
}

Result<int> Query::integer(std::string_view name, int fallback, int least, int most) const {
  const auto value = text(name);
  if (!value) return fallback;
  int number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error == std::errc() && end == value->data() + value->size() && number >= least && number <= most)
    return number;
  return fail(ErrorCode::kInvalid, std::string(name) + ": must be a whole number from " +
                                       std::to_string(least) + " to " + std::to_string(most));
}

Result<bool> Query::boolean(std::string_view name, bool fallback) const {
  const auto value = text(name);
  if (!value) return fallback;
  const auto word = lower(*value);
  if (word == "true" || word == "1" || word == "yes") return true;
  if (word == "false" || word == "0" || word == "no") return false;
  return fail(ErrorCode::kInvalid, std::string(name) + ": must be true or false");
}

}  // namespace agenthost::routers

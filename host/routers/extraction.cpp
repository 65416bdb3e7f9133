#include "host/routers/extraction.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

namespace agenthost::routers {
namespace {

constexpr std::size_t kMostAliases = 10;
constexpr std::array<std::string_view, 4> kRoots{"values", "metadata", "config", "interrupts"};

Error wrong(std::string_view alias, std::string_view problem) {
  return Error{ErrorCode::kInvalid, "extract." + std::string(alias) + ": " + std::string(problem)};
}

std::optional<int> number_of(std::string_view text) {
  int number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || text.empty()) return std::nullopt;
  return number;
}

const JsonValue* element(const JsonValue& value, int index) {
  if (!value.IsArray()) return nullptr;
  const auto size = static_cast<std::int64_t>(value.Size());
  const auto place = index < 0 ? size + index : std::int64_t{index};
  if (place < 0 || place >= size) return nullptr;
  return &value[static_cast<rapidjson::SizeType>(place)];
}

}  // namespace

Result<Extraction> Extraction::parse(const JsonValue& aliases) {
  if (!aliases.IsObject())
    return fail(ErrorCode::kInvalid, "extract: must be an object of aliases and paths");
  if (aliases.MemberCount() > kMostAliases)
    return fail(ErrorCode::kInvalid, "extract: at most " + std::to_string(kMostAliases) + " aliases");
  Extraction extraction;
  for (const auto& member : aliases.GetObject()) {
    const auto alias = as_view(member.name);
    if (!member.value.IsString()) return fail(wrong(alias, "must be a path, such as values.messages[-1]"));
    auto path = parse_path(alias, as_view(member.value));
    if (!path) return fail(path.error());
    extraction.paths_.push_back(std::move(*path));
  }
  return extraction;
}

Result<Extraction::Path> Extraction::parse_path(std::string_view alias, std::string_view text) {
  const auto end_of_name = [](std::string_view rest) {
    return std::min(rest.find_first_of(".["), rest.size());
  };
  Path path;
  path.alias = alias;
  path.root = text.substr(0, end_of_name(text));
  if (std::find(kRoots.begin(), kRoots.end(), path.root) == kRoots.end())
    return fail(wrong(alias, "must begin with values, metadata, config or interrupts"));
  text.remove_prefix(path.root.size());
  while (!text.empty()) {
    const bool member = text.front() == '.';
    text.remove_prefix(1);
    const auto end = member ? end_of_name(text) : text.find(']');
    if (end == std::string_view::npos) return fail(wrong(alias, "has a [ without its ]"));
    const auto word = text.substr(0, end);
    const auto index = number_of(word);
    if (member && word.empty()) return fail(wrong(alias, "has an empty name"));
    if (!member && !index) return fail(wrong(alias, "must have a whole number in [ ]"));
    path.steps.push_back(member ? Step(std::string(word)) : Step(*index));
    text.remove_prefix(member ? end : end + 1);
    if (!text.empty() && text.front() != '.' && text.front() != '[')
      return fail(wrong(alias, "must go on with . or [ after a ]"));
  }
  return path;
}

services::WantedValues Extraction::wanted() const {
  services::WantedValues channels;
  for (const auto& path : paths_) {
    if (path.root != "values") continue;
    const auto* channel = path.steps.empty() ? nullptr : std::get_if<std::string>(&path.steps.front());
    if (channel == nullptr) return services::WantedValues::value_type{};
    if (!channels) channels.emplace();
    channels->push_back(*channel);
  }
  return channels;
}

const JsonValue* Extraction::follow(const JsonValue& value, const Path& path) {
  const auto* place = &value;
  for (const auto& step : path.steps) {
    if (place == nullptr) return nullptr;
    const auto* name = std::get_if<std::string>(&step);
    place = name != nullptr ? find_member(*place, *name) : element(*place, std::get<int>(step));
  }
  return place;
}

std::string Extraction::json(const services::ThreadView& view) const {
  const auto text_of = [&](const std::string& root) -> const std::string& {
    if (root == "values") return view.values;
    if (root == "metadata") return view.thread.metadata;
    return root == "config" ? view.thread.config : view.thread.interrupts;
  };
  std::map<std::string, Result<JsonDocument>> parsed;
  std::string out = "{";
  for (const auto& path : paths_) {
    auto found = parsed.find(path.root);
    if (found == parsed.end()) found = parsed.emplace(path.root, parse_json(text_of(path.root))).first;
    const auto* value = found->second ? follow(*found->second, path) : nullptr;
    out +=
        (out.size() > 1 ? "," : "") + quote(path.alias) + ":" + (value != nullptr ? to_text(*value) : "null");
  }
  return out + "}";
}

}  // namespace agenthost::routers

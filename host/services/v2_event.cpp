#include "host/services/v2_event.hpp"

#include <algorithm>
#include <array>

#include "host/models/fields.hpp"

namespace agenthost::services {
namespace {

constexpr int kDeepest = 1'000;
constexpr std::string_view kCustomPrefix = "custom:";

bool is_channel(std::string_view name) {
  constexpr std::array<std::string_view, 9> kKnown{"values", "updates", "messages", "tools",      "lifecycle",
                                                   "input",  "tasks",   "custom",   "checkpoints"};
  return name.substr(0, kCustomPrefix.size()) == kCustomPrefix ||
         std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end();
}

std::string_view channel_of(const V2Event& event) {
  const std::string_view method = event.method;
  return method.substr(0, method.find('.'));  // input.requested and input.answered are both `input`
}

// "child" also means every "child:<task id>".
bool same_segment(std::string_view wanted, std::string_view segment) {
  if (wanted == segment) return true;
  return wanted.find(':') == std::string_view::npos && segment.substr(0, segment.find(':')) == wanted;
}

bool starts_with(const Namespace& ns, const Namespace& prefix) {
  return prefix.size() <= ns.size() && std::equal(prefix.begin(), prefix.end(), ns.begin(), same_segment);
}

std::optional<Namespace> texts_of(const JsonValue& value) {
  if (!value.IsArray()) return std::nullopt;
  Namespace texts;
  for (const auto& item : value.GetArray()) {
    if (!item.IsString()) return std::nullopt;
    texts.emplace_back(as_view(item));
  }
  return texts;
}

std::vector<Namespace> read_namespaces(models::Fields& fields) {
  std::vector<Namespace> namespaces;
  const auto* list = fields.member("namespaces");
  if (list == nullptr) return namespaces;
  if (!list->IsArray()) {
    fields.wrong("namespaces", "must be a list of lists of texts");
    return namespaces;
  }
  for (const auto& item : list->GetArray()) {
    auto ns = texts_of(item);
    if (!ns) fields.wrong("namespaces", "must be a list of lists of texts");
    namespaces.push_back(std::move(ns).value_or(Namespace{}));
  }
  return namespaces;
}

}  // namespace

Namespace split_namespace(std::string_view text) {
  Namespace ns;
  while (!text.empty()) {
    const auto bar = text.find('|');
    ns.emplace_back(text.substr(0, bar));
    if (bar == std::string_view::npos) break;
    text.remove_prefix(bar + 1);
  }
  return ns;
}

std::string join_namespace(const Namespace& ns) {
  std::string text;
  for (const auto& segment : ns) text += (text.empty() ? "" : "|") + segment;
  return text;
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string json = "[";
  for (const auto& text : texts) json += (json.size() > 1 ? "," : "") + quote(text);
  return json + "]";
}

Result<V2Filter> V2Filter::from_json(const JsonValue& params, Unknown channels) {
  models::Fields fields(params);
  V2Filter filter;
  const auto* list = fields.member("channels");
  auto names = list != nullptr ? texts_of(*list) : std::nullopt;
  if (!names || names->empty()) {
    fields.wrong("channels", "must be a list of at least one channel");
  } else {
    filter.channels_ = std::move(*names);
  }
  if (channels == Unknown::kRefused) {
    for (const auto& name : filter.channels_) {
      if (!is_channel(name)) fields.wrong("channels", "unsupported channel \"" + name + "\"");
    }
  }
  filter.namespaces_ = read_namespaces(fields);
  filter.depth_ = fields.integer("depth", 0, kDeepest);
  if (auto good = fields.status(); !good) return fail(good.error());
  return filter;
}

bool V2Filter::shows_channel(const V2Event& event) const {
  const auto channel = channel_of(event);
  return std::any_of(channels_.begin(), channels_.end(), [&](std::string_view wanted) {
    if (wanted == channel) return true;
    return channel == "custom" && !event.name.empty() &&
           wanted.substr(0, kCustomPrefix.size()) == kCustomPrefix &&
           wanted.substr(kCustomPrefix.size()) == event.name;
  });
}

bool V2Filter::shows(const V2Event& event) const {
  if (!shows_channel(event)) return false;
  if (namespaces_.empty()) return true;
  return std::any_of(namespaces_.begin(), namespaces_.end(), [&](const Namespace& prefix) {
    if (!starts_with(event.ns, prefix)) return false;
    return !depth_ || event.ns.size() - prefix.size() <= static_cast<std::size_t>(*depth_);
  });
}

}  // namespace agenthost::services

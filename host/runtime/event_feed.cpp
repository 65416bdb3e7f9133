#include "host/runtime/event_feed.hpp"

namespace agenthost::runtime {
namespace {

// Texts grow, lists (content blocks, tool call chunks) too; of anything else the newest counts.
void add_member(JsonValue& whole, const JsonValue& name, const JsonValue& part,
                JsonDocument::AllocatorType& pool) {
  const auto known = whole.FindMember(name);
  if (known == whole.MemberEnd()) {
    whole.AddMember(JsonValue(name, pool), JsonValue(part, pool), pool);
    return;
  }
  auto& value = known->value;
  const bool grows = as_view(name) == "content" || as_view(name) == "tool_call_chunks";
  if (grows && value.IsString() && part.IsString()) {
    const auto text = std::string(as_view(value)).append(as_view(part));
    value.SetString(text.data(), static_cast<rapidjson::SizeType>(text.size()), pool);
  } else if (grows && value.IsArray() && part.IsArray()) {
    for (const auto& element : part.GetArray()) value.PushBack(JsonValue(element, pool), pool);
  } else {
    value.CopyFrom(part, pool);
  }
}

}  // namespace

bool EventFeed::first_sight(std::string_view id) {
  const std::lock_guard lock(mutex_);
  return seen_.emplace(id).second;
}

EventFeed::Partial EventFeed::add_chunk(std::string_view id, const JsonValue& chunk) {
  const std::lock_guard lock(mutex_);
  seen_.emplace(id);
  auto [found, first] = partial_.try_emplace(std::string(id), rapidjson::kObjectType);
  auto& message = found->second;
  for (const auto& member : chunk.GetObject())
    add_member(message, member.name, member.value, message.GetAllocator());
  return {to_text(message), first};
}

}  // namespace agenthost::runtime

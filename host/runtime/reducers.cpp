#include "host/runtime/reducers.hpp"

#include <algorithm>
#include <array>

#include "host/base/ids.hpp"

namespace agenthost::runtime {
namespace {

using Allocator = JsonDocument::AllocatorType;

constexpr std::string_view kRemoveAll = "__remove_all__";

tl::unexpected<Error> invalid(const Channel& channel, const std::string& problem) {
  return fail(ErrorCode::kInvalid, "channel \"" + channel.name + "\": " + problem, "InvalidUpdateError");
}

// "[a]" + "[b,c]" without parsing: both are valid JSON arrays on one line.
std::string join_arrays(std::string_view left, std::string_view right) {
  const auto inside = [](std::string_view array) {
    array = array.substr(array.find('[') + 1);
    array = array.substr(0, array.rfind(']'));
    const auto first = array.find_first_not_of(" \t");
    return first == std::string_view::npos ? std::string_view{} : array.substr(first);
  };
  const auto a = inside(left);
  const auto b = inside(right);
  std::string out;
  out.reserve(a.size() + b.size() + 3);
  out += '[';
  out += a;
  if (!a.empty() && !b.empty()) out += ',';
  out += b;
  out += ']';
  return out;
}

bool is_array_text(std::string_view text) {
  return !text.empty() && text.front() == '[';
}

JsonValue string_value(std::string_view text, Allocator& allocator) {
  return {text.data(), static_cast<rapidjson::SizeType>(text.size()), allocator};
}

void set_default(JsonValue& object, std::string_view key, JsonValue value, Allocator& allocator) {
  if (find_member(object, key) != nullptr) return;
  const auto name = string_value(key, allocator);
  object.EraseMember(name);  // it may be there as null
  object.AddMember(string_value(key, allocator), std::move(value), allocator);
}

std::string_view type_of_role(std::string_view role) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kRoles{
      {{"user", "human"}, {"assistant", "ai"}, {"AIMessageChunk", "ai"}, {"developer", "system"}}};
  for (const auto& [from, to] : kRoles) {
    if (role == from) return to;
  }
  return role;
}

// A message arrives as "text", ["role","text"] or an object with role or type; it leaves complete.
Result<JsonValue> complete_message(const Channel& channel, JsonValue& item, Allocator& allocator) {
  JsonValue message(rapidjson::kObjectType);
  if (item.IsString()) {
    message.AddMember("content", std::move(item), allocator);
    message.AddMember("type", "human", allocator);
  } else if (item.IsArray() && item.Size() == 2 && item[0].IsString()) {
    message.AddMember("type", string_value(type_of_role(as_view(item[0])), allocator), allocator);
    message.AddMember("content", JsonValue(item[1], allocator), allocator);
  } else if (item.IsObject()) {
    const auto type = string_member(item, "type", string_member(item, "role"));
    if (type.empty()) return invalid(channel, "a message needs a \"role\" or a \"type\"");
    JsonValue name = string_value(type_of_role(type), allocator);
    item.EraseMember("role");
    item.EraseMember("type");
    message = std::move(item);
    message.AddMember("type", std::move(name), allocator);
  } else {
    return invalid(channel, "a message is a text, [role, content] or an object");
  }
  set_default(message, "content", string_value("", allocator), allocator);
  set_default(message, "id", string_value(new_uuid7(), allocator), allocator);
  if (string_member(message, "type") != "remove") {
    set_default(message, "additional_kwargs", JsonValue(rapidjson::kObjectType), allocator);
    set_default(message, "response_metadata", JsonValue(rapidjson::kObjectType), allocator);
  }
  if (string_member(message, "type") == "ai") {
    set_default(message, "tool_calls", JsonValue(rapidjson::kArrayType), allocator);
    set_default(message, "invalid_tool_calls", JsonValue(rapidjson::kArrayType), allocator);
  }
  return message;
}

// See NormalWrite::brings. An id that looks different inside JSON could not be found there as it is.
std::vector<std::string> ids_brought(const JsonValue& messages) {
  std::vector<std::string> ids;
  for (const auto& message : messages.GetArray()) {
    const auto id = string_member(message, "id");
    if (id.empty() || needs_escape(id) || string_member(message, "type") == "remove") return {};
    ids.emplace_back(id);
  }
  std::sort(ids.begin(), ids.end());
  const bool different = std::adjacent_find(ids.begin(), ids.end()) == ids.end();
  return different ? ids : std::vector<std::string>{};
}

Result<NormalWrite> complete_messages(const Channel& channel, const std::string& write) {
  auto document = parse_json(write);
  if (!document) return fail(document.error());
  auto& allocator = document->GetAllocator();
  JsonValue list(rapidjson::kArrayType);
  // ["user","hi"] is one message, ["hi","there"] two: only a known role makes a pair.
  const auto is_pair = [](const JsonValue& value) {
    return value.IsArray() && value.Size() == 2 && value[0].IsString() && value[1].IsString() &&
           (type_of_role(as_view(value[0])) != as_view(value[0]) || as_view(value[0]) == "system" ||
            as_view(value[0]) == "human" || as_view(value[0]) == "ai");
  };
  if (document->IsArray() && !is_pair(*document)) {
    for (auto& item : document->GetArray()) {
      auto message = complete_message(channel, item, allocator);
      if (!message) return fail(message.error());
      list.PushBack(std::move(*message), allocator);
    }
  } else {
    auto message = complete_message(channel, *document, allocator);
    if (!message) return fail(message.error());
    list.PushBack(std::move(*message), allocator);
  }
  return NormalWrite{to_text(list), ids_brought(list)};
}

void put_message(JsonValue& messages, JsonValue& incoming, Allocator& allocator) {
  const auto id = string_member(incoming, "id");
  const bool removes = string_member(incoming, "type") == "remove";
  if (removes && id == kRemoveAll) {
    messages.Clear();
    return;
  }
  for (auto* message = messages.Begin(); message != messages.End(); ++message) {
    if (string_member(*message, "id") != id) continue;
    if (removes) {
      messages.Erase(message);
    } else {
      message->CopyFrom(incoming, allocator);
    }
    return;
  }
  if (!removes) messages.PushBack(JsonValue(incoming, allocator), allocator);
}

// Whether the write only adds: no id of it is in the text of the current list, so the lists can be joined
// unparsed. An id that occurs inside some content only costs the slower way.
bool only_adds(const NormalWrite& write, std::string_view current) {
  return !write.brings.empty() && std::none_of(write.brings.begin(), write.brings.end(), [&](const auto& id) {
    return current.find(id) != std::string_view::npos;
  });
}

Result<JsonBlob> reduce_messages(const JsonBlob& current, const NormalWrite& write) {
  const auto before = current ? std::string_view(*current) : std::string_view("[]");
  if (only_adds(write, before)) return make_blob(join_arrays(before, write.text));
  auto incoming = parse_json(write.text);
  if (!incoming) return fail(incoming.error());
  auto messages = parse_json(before);
  if (!messages) return fail(messages.error());
  for (auto& message : incoming->GetArray()) put_message(*messages, message, messages->GetAllocator());
  return make_blob(to_text(*messages));
}

}  // namespace

Result<NormalWrite> normalize_write(const Channel& channel, std::string write) {
  switch (channel.reducer) {
    case Reducer::kLastValue:
      break;
    case Reducer::kAppend:
      if (!is_array_text(write)) write = "[" + write + "]";
      break;
    case Reducer::kMessages:
      return complete_messages(channel, write);
    case Reducer::kMerge:
      if (write.empty() || write.front() != '{')
        return invalid(channel, "its reducer is merge, so a write must be an object");
      break;
  }
  return NormalWrite{std::move(write)};
}

Result<JsonBlob> reduce(const Channel& channel, const JsonBlob& current, const NormalWrite& write) {
  const auto& text = write.text;
  switch (channel.reducer) {
    case Reducer::kLastValue:
      break;
    case Reducer::kAppend:
      return make_blob(current && is_array_text(*current) ? join_arrays(*current, text) : text);
    case Reducer::kMessages:
      return reduce_messages(current, write);
    case Reducer::kMerge:
      return make_blob(merge_objects(current ? *current : "{}", text));
  }
  return make_blob(text);
}

}  // namespace agenthost::runtime

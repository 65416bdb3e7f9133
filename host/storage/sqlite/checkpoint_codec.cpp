#include "host/storage/sqlite/checkpoint_codec.hpp"

#include <charconv>
#include <optional>

#include "host/base/json.hpp"

namespace agenthost::storage {
namespace {

// Builds {"key":value,...} from values that are JSON texts.
class ObjectText {
 public:
  void add(std::string_view key, std::string_view value) {
    if (text_.size() > 1) text_ += ',';
    text_ += quote(key);
    text_ += ':';
    text_ += value;
  }
  [[nodiscard]] std::string take() && { return std::move(text_ += '}'); }

 private:
  std::string text_ = "{";
};

tl::unexpected<Error> damaged(std::string_view what) {
  return fail(ErrorCode::kInternal, "a stored checkpoint has unreadable " + std::string(what) +
                                        ": the database was edited or is damaged; restore a backup");
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::optional<std::string> string_of(std::string_view text) {
  const auto value = parse_json(text);
  if (!value || !value->IsString()) return std::nullopt;
  return std::string(as_view(*value));
}

std::string error_text(const Error& error) {
  ObjectText object;
  object.add("code", std::to_string(static_cast<std::int32_t>(error.code)));
  object.add("text", quote(error.text));
  object.add("kind", quote(error.kind));
  return std::move(object).take();
}

std::string interrupt_text(const models::Interrupt& interrupt) {
  ObjectText object;
  object.add("id", quote(interrupt.id));
  object.add("value", interrupt.value ? *interrupt.value : "null");
  return std::move(object).take();
}

std::string interrupts_text(const std::vector<models::Interrupt>& interrupts) {
  ObjectText object;
  for (std::size_t i = 0; i < interrupts.size(); ++i)
    object.add(std::to_string(i), interrupt_text(interrupts[i]));
  return std::move(object).take();
}

std::string answers_text(const std::vector<JsonBlob>& answers) {
  ObjectText object;
  for (std::size_t i = 0; i < answers.size(); ++i)
    object.add(std::to_string(i), answers[i] ? *answers[i] : "null");
  return std::move(object).take();
}

std::string task_text(const models::CheckpointTask& task) {
  ObjectText object;
  object.add("id", quote(task.id));
  object.add("node", quote(task.node));
  if (task.kind == models::TaskKind::kSubgraph) object.add("kind", "\"subgraph\"");
  if (task.input) object.add("input", *task.input);
  if (task.send_index >= 0) object.add("send", std::to_string(task.send_index));
  if (task.result) object.add("result", *task.result);
  if (task.goes_to) object.add("goes_to", *task.goes_to);
  if (!task.interrupts.empty()) object.add("interrupts", interrupts_text(task.interrupts));
  if (!task.answers.empty()) object.add("answers", answers_text(task.answers));
  if (task.error) object.add("error", error_text(*task.error));
  return std::move(object).take();
}

std::optional<Error> error_of(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return std::nullopt;
  const auto* code = find_member(*value, "code");
  if (code == nullptr || !code->IsInt()) return std::nullopt;
  return Error{static_cast<ErrorCode>(code->GetInt()), std::string(string_member(*value, "text")),
               std::string(string_member(*value, "kind"))};
}

std::optional<models::Interrupt> interrupt_of(std::string_view text) {
  auto members = split_object(text);
  if (!members || members->size() != 2) return std::nullopt;
  auto id = string_of((*members)[0].text);
  if (!id) return std::nullopt;
  return models::Interrupt{std::move(*id), make_blob(std::move((*members)[1].text))};
}

bool read_interrupts(models::CheckpointTask& task, std::string_view text) {
  const auto members = split_object(text);
  if (!members) return false;
  for (const auto& member : *members) {
    auto interrupt = interrupt_of(member.text);
    if (!interrupt) return false;
    task.interrupts.push_back(std::move(*interrupt));
  }
  return true;
}

// False when the member cannot be read. A member this version does not know is skipped.
bool read_member(models::CheckpointTask& task, JsonMember& member) {
  if (member.key == "id" || member.key == "node") {
    auto text = string_of(member.text);
    if (!text) return false;
    (member.key == "id" ? task.id : task.node) = std::move(*text);
  } else if (member.key == "result") {
    task.result = make_blob(std::move(member.text));
  } else if (member.key == "kind") {
    task.kind = models::TaskKind::kSubgraph;
  } else if (member.key == "input") {
    task.input = make_blob(std::move(member.text));
  } else if (member.key == "send") {
    const auto index = integer(member.text);
    if (!index) return false;
    task.send_index = static_cast<int>(*index);
  } else if (member.key == "goes_to") {
    task.goes_to = make_blob(std::move(member.text));
  } else if (member.key == "interrupt") {  // how schema 1 wrote the only one
    auto interrupt = interrupt_of(member.text);
    if (!interrupt) return false;
    task.interrupts.push_back(std::move(*interrupt));
  } else if (member.key == "interrupts") {
    return read_interrupts(task, member.text);
  } else if (member.key == "answers") {
    auto answers = split_object(member.text);
    if (!answers) return false;
    for (auto& answer : *answers) task.answers.push_back(make_blob(std::move(answer.text)));
  } else if (member.key == "error") {
    task.error = error_of(member.text);
    return task.error.has_value();
  }
  return true;
}

}  // namespace

Result<std::string> encode_channels(const std::vector<models::ChannelValue>& channels) {
  ObjectText object;
  for (const auto& channel : channels) {
    if (channel.channel.find('\0') != std::string::npos) {
      return fail(ErrorCode::kInvalid,
                  "channel name " + quote(channel.channel) + " contains a NUL byte: rename it");
    }
    object.add(channel.channel, std::to_string(channel.version));
  }
  return std::move(object).take();
}

Result<std::vector<models::ChannelValue>> decode_channels(std::string_view text) {
  auto members = split_object(text);
  if (!members) return damaged("channels");
  std::vector<models::ChannelValue> channels;
  channels.reserve(members->size());
  for (auto& member : *members) {
    const auto version = integer(member.text);
    if (!version) return damaged("channels");
    channels.push_back({std::move(member.key), *version, nullptr});
  }
  return channels;
}

std::string encode_names(const std::vector<std::string>& names) {
  std::string text = "[";
  for (const auto& name : names) text += (text.size() > 1 ? "," : "") + quote(name);
  return text + "]";
}

Result<std::vector<std::string>> decode_names(std::string_view text) {
  const auto list = parse_json(text);
  if (!list || !list->IsArray()) return damaged("names");
  std::vector<std::string> names;
  for (const auto& name : list->GetArray()) {
    if (!name.IsString()) return damaged("names");
    names.emplace_back(as_view(name));
  }
  return names;
}

std::string encode_tasks(const std::vector<models::CheckpointTask>& tasks) {
  ObjectText object;
  for (std::size_t i = 0; i < tasks.size(); ++i) object.add(std::to_string(i), task_text(tasks[i]));
  return std::move(object).take();
}

Result<std::vector<models::CheckpointTask>> decode_tasks(std::string_view text) {
  auto members = split_object(text);
  if (!members) return damaged("tasks");
  std::vector<models::CheckpointTask> tasks;
  tasks.reserve(members->size());
  for (const auto& entry : *members) {
    auto parts = split_object(entry.text);
    if (!parts) return damaged("tasks");
    auto& task = tasks.emplace_back();
    for (auto& part : *parts) {
      if (!read_member(task, part)) return damaged("tasks");
    }
  }
  return tasks;
}

}  // namespace agenthost::storage

#include "host/runtime/writes.hpp"

#include <algorithm>

#include "host/base/ids.hpp"

namespace agenthost::runtime {
namespace {

Error two_writers(const Channel& channel) {
  return {ErrorCode::kInvalid,
          "At key '" + channel.name +
              "': Can receive only one value per step. Give the channel a reducer "
              "(append, messages, merge) to take several.",
          "InvalidUpdateError"};
}

std::optional<Error> apply_write(const Channel& channel, models::Checkpoint& state,
                                 const NormalWrite& write) {
  auto slot = std::find_if(state.channels.begin(), state.channels.end(),
                           [&](const auto& value) { return value.channel == channel.name; });
  auto value = reduce(channel, slot == state.channels.end() ? nullptr : slot->value, write);
  if (!value) return value.error();
  if (slot == state.channels.end()) slot = state.channels.insert(slot, {channel.name, 0, nullptr});
  slot->value = std::move(*value);
  slot->version = new_version();
  return std::nullopt;
}

}  // namespace

Result<Writes> read_writes(const Graph& graph, std::string_view update) {
  auto members = split_object(update);
  if (!members) return fail(members.error());
  return read_writes(graph, std::move(*members));
}

Result<Writes> read_writes(const Graph& graph, std::vector<JsonMember> update) {
  Writes writes;
  writes.reserve(update.size());
  for (auto& member : update) {
    const auto channel = graph.channel_index(member.key);
    if (!channel) continue;
    auto write = normalize_write(graph.channels()[*channel], std::move(member.text));
    if (!write) return fail(write.error());
    writes.push_back({*channel, std::move(*write)});
  }
  return writes;
}

std::vector<std::string> take_unknown(const Graph& graph, std::vector<JsonMember>& update) {
  std::vector<std::string> unknown;
  std::erase_if(update, [&](JsonMember& member) {
    if (graph.channel_index(member.key)) return false;
    unknown.push_back(std::move(member.key));
    return true;
  });
  return unknown;
}

JsonBlob writes_json(const Graph& graph, const Writes& writes) {
  if (writes.empty()) return nullptr;
  std::string out = "{";
  for (const auto& [channel, write] : writes) {
    if (out.size() > 1) out += ',';
    out += quote(graph.channels()[channel].name);
    out += ':';
    out += write.text;
  }
  out += '}';
  return make_blob(std::move(out));
}

void start_channels(const Graph& graph, models::Checkpoint& state) {
  for (const auto& channel : graph.channels()) {
    if (channel.initial) state.channels.push_back({channel.name, new_version(), channel.initial});
  }
}

std::optional<Error> apply_writes(const Graph& graph, models::Checkpoint& state,
                                  const std::vector<Writes>& writes, std::size_t max_state_bytes) {
  const auto& channels = graph.channels();
  std::vector<std::size_t> writer(channels.size(), writes.size());
  for (std::size_t task = 0; task < writes.size(); ++task) {
    for (const auto& [index, write] : writes[task]) {
      const auto& channel = channels[index];
      const bool taken = channel.reducer == Reducer::kLastValue && writer[index] < task;
      if (taken) return two_writers(channel);
      writer[index] = task;
      if (auto error = apply_write(channel, state, write)) return error;
    }
  }
  std::size_t total = 0;
  for (const auto& value : state.channels) total += value.value->size();
  if (total <= max_state_bytes) return std::nullopt;
  return Error{ErrorCode::kExhausted,
               "the state has grown to " + std::to_string(total) + " bytes; the limit is " +
                   std::to_string(max_state_bytes) + " (runtime.max_state_bytes)",
               "StateTooLargeError"};
}

bool is_half_done(const models::Checkpoint& state) {
  const auto finished = [](const models::CheckpointTask& task) { return task.result != nullptr; };
  return std::any_of(state.tasks.begin(), state.tasks.end(), finished) &&
         !std::all_of(state.tasks.begin(), state.tasks.end(), finished);
}

models::Checkpoint shown_state(const Graph& graph, models::Checkpoint state, std::size_t max_state_bytes) {
  if (!is_half_done(state)) return state;
  std::vector<Writes> finished;
  for (const auto& task : state.tasks) {
    if (!task.result) continue;
    auto writes = read_writes(graph, *task.result);
    if (!writes) return state;
    finished.push_back(std::move(*writes));
  }
  auto shown = state;
  return apply_writes(graph, shown, finished, max_state_bytes) ? state : shown;
}

}  // namespace agenthost::runtime

#include "host/runtime/graph.hpp"

#include <algorithm>
#include <cmath>

namespace agenthost::runtime {

std::optional<Reducer> reducer_from(std::string_view name) {
  if (name == "last_value") return Reducer::kLastValue;
  if (name == "append") return Reducer::kAppend;
  if (name == "messages") return Reducer::kMessages;
  if (name == "merge") return Reducer::kMerge;
  return std::nullopt;
}

bool RetryPolicy::covers(const Error& error) const {
  if (!on.empty()) return std::find(on.begin(), on.end(), error_kind(error)) != on.end();
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kExhausted ||
         error.code == ErrorCode::kDeadline;
}

std::chrono::milliseconds RetryPolicy::delay_before(unsigned attempt) const {
  const double factor = std::pow(backoff, static_cast<double>(attempt) - 2.0);
  const double wanted = static_cast<double>(initial.count()) * factor;
  return wanted < static_cast<double>(longest.count())
             ? std::chrono::milliseconds(static_cast<std::int64_t>(wanted))
             : longest;
}

bool Breakpoints::hits(std::string_view node) const {
  return (all && node != kStart) || std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

std::optional<std::size_t> Graph::channel_index(std::string_view name) const {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (channels_[i].name == name) return i;
  }
  return std::nullopt;
}

const Node* Graph::find_node(std::string_view name) const {
  const auto found =
      std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& n) { return n.name == name; });
  return found == nodes_.end() ? nullptr : &*found;
}

}  // namespace agenthost::runtime

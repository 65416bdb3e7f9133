// The words of protocol v2, the thread-centric stream: an event as a run's projection makes it, and the
// filter by which a reader chooses. Values; functions are thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/json.hpp"

namespace agenthost::services {

// The graph an event belongs to: {} is the root, {"child:<task id>", ...} a graph inside it.
using Namespace = std::vector<std::string>;

// "" and "child:<id>|inner:<id>", as the runtime and the storage spell it.
[[nodiscard]] Namespace split_namespace(std::string_view text);
[[nodiscard]] std::string join_namespace(const Namespace& ns);
// ["a","b"]
[[nodiscard]] std::string json_list(const std::vector<std::string>& texts);

// What a run has to say; the tape gives it its place.
struct V2Event {
  std::string method;  // values | messages | input.requested | ...
  Namespace ns;
  std::string data;         // JSON
  std::string node = {};    // empty = none
  std::string name = {};    // of a named custom event
  std::string own_id = {};  // empty: the tape makes one
};

class V2Filter {
 public:
  enum class Unknown { kRefused, kIgnored };
  // {"channels":[...], "namespaces"?:[[...]], "depth"?:n}. kInvalid "<member>: <problem>".
  [[nodiscard]] static Result<V2Filter> from_json(const JsonValue& params, Unknown channels);

  [[nodiscard]] bool shows(const V2Event& event) const;

 private:
  [[nodiscard]] bool shows_channel(const V2Event& event) const;

  std::vector<std::string> channels_;
  std::vector<Namespace> namespaces_;  // prefixes; empty = all
  std::optional<int> depth_;           // levels below the prefix; absent = all
};

}  // namespace agenthost::services

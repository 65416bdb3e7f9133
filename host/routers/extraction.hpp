// Extraction: the `extract` of a thread search: a name for each value found by a path such as
// values.messages[-1].content. Immutable.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/services/thread_service.hpp"

namespace agenthost::routers {

class Extraction {
 public:
  // From {"alias": "path", ...}. kInvalid for more than ten, or for a path that does not begin with values,
  // metadata, config or interrupts, or is broken.
  [[nodiscard]] static Result<Extraction> parse(const JsonValue& aliases);

  [[nodiscard]] bool empty() const { return paths_.empty(); }
  // What of the state the paths begin in.
  [[nodiscard]] services::WantedValues wanted() const;
  // {"alias": value, ...}; null for what is not there.
  [[nodiscard]] std::string json(const services::ThreadView& view) const;

 private:
  using Step = std::variant<std::string, int>;  // a member, or an element; -1 is the last
  struct Path {
    std::string alias;
    std::string root;
    std::vector<Step> steps;
  };
  [[nodiscard]] static Result<Path> parse_path(std::string_view alias, std::string_view text);
  [[nodiscard]] static const JsonValue* follow(const JsonValue& value, const Path& path);

  std::vector<Path> paths_;
};

}  // namespace agenthost::routers

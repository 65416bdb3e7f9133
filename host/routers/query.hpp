// Query: the parameters of a URL's query, decoded. Lists arrive as repeated keys, as one JSON array or as a
// scalar; an empty value counts as absent: every official client does one of these. Immutable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/error.hpp"

namespace agenthost::routers {

// %41 -> A; '+' stays (a path) ; nullopt for a broken escape or a NUL.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

class Query {
 public:
  // kInvalid for a broken escape.
  [[nodiscard]] static Result<Query> parse(std::string_view raw);

  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  // kInvalid "<name>: must be ...".
  [[nodiscard]] Result<int> integer(std::string_view name, int fallback, int least, int most) const;
  [[nodiscard]] Result<bool> boolean(std::string_view name, bool fallback) const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace agenthost::routers

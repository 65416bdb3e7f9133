// Cors: which web pages of other origins may call this server, told on every answer. Immutable.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/routers/http.hpp"

namespace agenthost::server {

class Cors {
 public:
  // "*" among the origins allows every page.
  explicit Cors(std::vector<std::string> origins);

  // Appends the header lines that belong on every answer to a request that carried `origin` (empty = none).
  void append_headers(std::string& head, std::string_view origin) const;

  // The answer to a preflight request; nothing when the request is none.
  [[nodiscard]] std::optional<routers::Response> answer_preflight(const routers::Request& request) const;

  // Whether pages of this origin may call.
  [[nodiscard]] bool allows(std::string_view origin) const;

  // False when the answer is the same for everybody, so that nobody need remember the request's origin.
  [[nodiscard]] bool depends_on_origin() const { return !allows_all_; }

 private:
  std::vector<std::string> origins_;
  bool allows_all_;
};

}  // namespace agenthost::server

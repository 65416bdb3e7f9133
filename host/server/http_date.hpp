// HttpDate: the text of the Date header, made once per second. Strand-bound.
#pragma once

#include <array>
#include <ctime>
#include <string_view>

namespace agenthost::server {

class HttpDate {
 public:
  // "Sun, 06 Nov 1994 08:49:37 GMT"; valid until the next call.
  [[nodiscard]] std::string_view at(std::time_t now);

 private:
  static constexpr std::size_t kLength = 29;

  std::time_t shown_ = -1;
  std::array<char, kLength + 1> text_{};
};

}  // namespace agenthost::server

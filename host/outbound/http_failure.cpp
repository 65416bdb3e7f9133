#include "host/outbound/http_failure.hpp"

#include <algorithm>

#include "host/base/json.hpp"

namespace agenthost::outbound {

ErrorCode code_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::kDenied;
    case 408:
    case 504:
      return ErrorCode::kDeadline;
    case 429:
      return ErrorCode::kUnavailable;
    default:
      return status >= 400 && status < 500 ? ErrorCode::kInvalid : ErrorCode::kUnavailable;
  }
}

std::string excerpt(std::string_view body) {
  constexpr std::size_t kMaxExcerpt = 300;
  auto end = std::min(body.size(), kMaxExcerpt);
  while (end > 0 && end < body.size() && (static_cast<unsigned char>(body[end]) & 0xC0U) == 0x80U) --end;
  std::string text(body.substr(0, end));
  if (!parse_json(quote(text))) return "(an answer that is not text)";
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return text.empty() ? "(an empty answer)" : text;
}

}  // namespace agenthost::outbound

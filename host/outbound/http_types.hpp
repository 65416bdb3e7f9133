// What one HTTP call is made of, between the client, the cassettes and whoever asks. Plain values.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/error.hpp"
#include "host/outbound/cancel_token.hpp"

namespace agenthost::outbound {

class Endpoint;

// In order; names in replies are lower case and unique.
using Headers = std::vector<std::pair<std::string, std::string>>;

// The value of the first header of that (lower-case) name, or "".
[[nodiscard]] inline std::string_view header_value(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

// The hosts a caller wants to be held to, besides what the operator allows.
struct HostLimit {
  std::vector<std::string> hosts;  // names, or *.name
  std::string otherwise;           // why another one is refused, and what to do
};

struct HttpRequest {
  // Shared because: requests in flight keep the configuration they started with. Null: `url` is absolute and
  // its host must be on the allow-list.
  std::shared_ptr<const Endpoint> endpoint;
  // Of URLs and redirects that leave a service; null: none. Shared because: all requests of a caller have the
  // same.
  std::shared_ptr<const HostLimit> limit;
  std::string method = "GET";
  std::string url;
  Headers headers;
  std::string body;
  // Of one attempt; zero = the endpoint's.
  std::chrono::milliseconds timeout{0};
  // Of everything: attempts, pauses and waiting for a turn.
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  CancelTokenPtr cancel;
};

struct HttpReply {
  int status = 0;
  Headers headers;
  std::string body;
  std::string url;  // the final one, without the endpoint's own query
  int attempts = 1;
};

struct HttpEvents {
  // Optional. Pieces of a 2xx body as they come; `head` has status and headers. The whole body is in the
  // reply as well.
  std::function<void(const HttpReply& head, std::string_view piece)> piece;
  // Exactly once.
  std::function<void(Result<HttpReply>)> done;
};

}  // namespace agenthost::outbound

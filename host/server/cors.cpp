#include "host/server/cors.hpp"

#include <algorithm>
#include <utility>

namespace agenthost::server {
namespace {

// Browsers hide every other header from scripts; the SDKs need these.
constexpr std::string_view kExpose =
    "Access-Control-Expose-Headers: Content-Location, Location, X-Pagination-Total, X-Pagination-Next\r\n";
constexpr std::string_view kAllowAll = "Access-Control-Allow-Origin: *\r\n";
constexpr const char* kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
// Browsers cap it lower; a preflight per request would double every round trip.
constexpr const char* kMaxAgeSeconds = "86400";

}  // namespace

Cors::Cors(std::vector<std::string> origins)
    : origins_(std::move(origins)),
      allows_all_(std::find(origins_.begin(), origins_.end(), "*") != origins_.end()) {}

void Cors::append_headers(std::string& head, std::string_view origin) const {
  if (allows_all_) {
    head.append(kAllowAll).append(kExpose);
    return;
  }
  // Caches must know that the answer differs by origin, allowed or not.
  head.append("Vary: Origin\r\n");
  if (!allows(origin)) return;
  head.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n").append(kExpose);
}

bool Cors::allows(std::string_view origin) const {
  return allows_all_ || std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

std::optional<routers::Response> Cors::answer_preflight(const routers::Request& request) const {
  if (request.method != routers::Method::kOptions) return std::nullopt;
  if (!request.header("origin") || !request.header("access-control-request-method")) return std::nullopt;
  routers::Response response;
  response.status = 204;
  response.headers.emplace_back("Access-Control-Allow-Methods", kMethods);
  if (const auto* wanted = request.header("access-control-request-headers")) {
    response.headers.emplace_back("Access-Control-Allow-Headers", *wanted);
  }
  // A page on the internet that talks to a server on this machine or network (Studio to localhost).
  if (const auto* wanted = request.header("access-control-request-private-network");
      wanted && *wanted == "true") {
    response.headers.emplace_back("Access-Control-Allow-Private-Network", "true");
  }
  response.headers.emplace_back("Access-Control-Max-Age", kMaxAgeSeconds);
  return response;
}

}  // namespace agenthost::server

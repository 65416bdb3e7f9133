#include "host/server/pages.hpp"

#include <algorithm>
#include <array>

#include "host/base/json.hpp"
#include "host/routers/query.hpp"
#include "host/routers/replies.hpp"

namespace agenthost::server {
namespace {

using routers::Method;

constexpr std::array<std::string_view, 4> kSections{"/playground", "/docs", "/redoc", "/assets"};

bool is_page(std::string_view path) {
  return std::any_of(kSections.begin(), kSections.end(), [&](std::string_view section) {
    return path.substr(0, section.size()) == section &&
           (path.size() == section.size() || path[section.size()] == '/');
  });
}

}  // namespace

Pages::Pages(StaticFiles files, routers::RequestHandler& api) : files_(std::move(files)), api_(api) {}

void Pages::handle(routers::Request request, routers::ExchangePtr exchange) {
  const bool reads = request.method == Method::kGet || request.method == Method::kHead;
  if (reads && is_page(request.path)) return show(request, exchange);
  api_.handle(std::move(request), std::move(exchange));
}

void Pages::show(const routers::Request& request, const routers::ExchangePtr& exchange) const {
  const auto path = routers::percent_decode(request.path);
  const auto* file = path ? files_.find(*path) : nullptr;
  if (file == nullptr) {
    const auto text = files_.size() == 0
                          ? "the web pages are not built; run ./agenthost up, or see server.web_directory"
                          : "Not Found";
    return exchange->respond(routers::json_reply("{\"detail\":" + quote(text) + "}", 404));
  }
  const auto* known = request.header("if-none-match");
  if (known != nullptr && *known == file->etag)
    return exchange->respond({304, "", "", {{"ETag", file->etag}}});
  // The names carry no version, so a browser has to ask; the answer is mostly 304.
  exchange->respond(
      {200, file->content_type, file->content, {{"ETag", file->etag}, {"Cache-Control", "no-cache"}}});
}

}  // namespace agenthost::server

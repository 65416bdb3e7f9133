// Pages: the web pages beside the API: /playground, /docs, /redoc and their /assets. Everything else goes on
// to the API. Thread-safe once made.
#pragma once

#include "host/routers/http.hpp"
#include "host/server/static_files.hpp"

namespace agenthost::server {

class Pages final : public routers::RequestHandler {
 public:
  // api must outlive this. files may be empty: then the pages say how to build them.
  Pages(StaticFiles files, routers::RequestHandler& api);

  void handle(routers::Request request, routers::ExchangePtr exchange) override;

 private:
  void show(const routers::Request& request, const routers::ExchangePtr& exchange) const;

  const StaticFiles files_;
  routers::RequestHandler& api_;
};

}  // namespace agenthost::server

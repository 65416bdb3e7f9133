#include "host/routers/dispatcher.hpp"

#include <exception>

#include "host/routers/replies.hpp"

namespace agenthost::routers {
namespace {
// Larger bodies take too long to parse on an I/O thread, which serves other clients meanwhile.
constexpr std::size_t kInlineBody = 64U << 10U;
}  // namespace

Dispatcher::Dispatcher(const RouteTable& routes, const RequestMeters& meters, Executor& readers,
                       telemetry::Logger& logger)
    : routes_(routes), meters_(meters), readers_(readers), logger_(logger) {}

void Dispatcher::handle(Request request, ExchangePtr exchange) {
  auto match = routes_.find(request.method, request.path);
  exchange->measure_by(match.route != nullptr ? meters_.of(*match.route) : meters_.unrouted());
  if (match.route == nullptr) {
    if (match.allow.empty()) return exchange->respond(json_reply(R"({"detail":"Not Found"})", 404));
    auto reply = json_reply(R"({"detail":"Method Not Allowed"})", 405);
    reply.headers.emplace_back("Allow", match.allow);
    return exchange->respond(std::move(reply));
  }
  if (match.broken_escape)
    return exchange->respond(json_reply(R"({"detail":"broken percent escape in the path"})", 422));
  request.path_params = std::move(match.params);
  if (match.route->affinity == Affinity::kInline && request.body.size() <= kInlineBody) {
    return run(*match.route, request, exchange);
  }
  readers_.post([this, route = match.route, request = std::move(request), exchange = std::move(exchange)] {
    run(*route, request, exchange);
  });
}

// The border of the routers: whatever a library throws below ends here.
void Dispatcher::run(const Route& route, const Request& request, const ExchangePtr& exchange) const {
  try {
    route.handler(request, exchange);
  } catch (const std::exception& problem) {
    logger_.error("routers", route.operation.id + ": " + problem.what());
    exchange->respond(error_reply(Error{ErrorCode::kInternal, problem.what()}));
  }
}

}  // namespace agenthost::routers

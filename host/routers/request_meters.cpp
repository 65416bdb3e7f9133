#include "host/routers/request_meters.hpp"

#include <algorithm>
#include <string>

namespace agenthost::routers {

using telemetry::Labels;
using telemetry::MetricPage;

void RequestMeter::answered(int status, std::chrono::nanoseconds took) noexcept {
  by_class_[static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1)].add();
  took_.observe(took);
}

RequestMeters::RequestMeters(const RouteTable& routes)
    : routes_(routes), meters_(std::make_unique<RequestMeter[]>(routes.routes().size() + 1)) {}

RequestMeter& RequestMeters::of(const Route& route) const {
  return meters_[static_cast<std::size_t>(&route - routes_.routes().data())];
}

RequestMeter& RequestMeters::unrouted() const {
  return meters_[routes_.routes().size()];
}

// show(labels that name the route, its meter)
template <class Show>
void RequestMeters::for_each_asked(Show show) const {
  const auto visit = [&](std::string_view method, const std::string& route, const RequestMeter& meter) {
    const auto asked = [](const telemetry::Counter& counter) { return counter.value() > 0; };
    if (std::any_of(meter.by_class_.begin(), meter.by_class_.end(), asked))
      show(Labels{{"method", std::string(method)}, {"route", route}}, meter);
  };
  for (const auto& route : routes_.routes()) visit(to_string(route.method), route.pattern, of(route));
  visit("", "", unrouted());
}

void RequestMeters::add_to(MetricPage& page) const {
  page.family("agenthost_http_requests_total", MetricPage::Kind::kCounter,
              "Requests answered, by route and class of status; route is empty for paths that are none.");
  for_each_asked([&](const Labels& route, const RequestMeter& meter) {
    for (std::size_t i = 0; i < meter.by_class_.size(); ++i) {
      if (meter.by_class_[i].value() == 0) continue;
      auto labels = route;
      labels.emplace_back("status", std::to_string(i + 1) + "xx");
      page.sample(labels, meter.by_class_[i]);
    }
  });
  page.family("agenthost_http_request_duration_seconds", MetricPage::Kind::kHistogram,
              "From a complete request to the head of its answer.");
  for_each_asked([&](const Labels& route, const RequestMeter& meter) { page.sample(route, meter.took_); });
}

}  // namespace agenthost::routers

#include "host/routers/route_table.hpp"

#include <algorithm>

#include "host/routers/query.hpp"

namespace agenthost::routers {
namespace {

bool is_parameter(std::string_view segment) {
  return !segment.empty() && segment.front() == '{';
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  if (!path.empty() && path.back() == '/') path.remove_suffix(1);
  while (!path.empty()) {
    const auto slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return segments;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path) {
  return pattern.size() == path.size() && std::equal(pattern.begin(), pattern.end(), path.begin(),
                                                     [](const auto& wanted, std::string_view segment) {
                                                       return is_parameter(wanted) ? !segment.empty()
                                                                                   : wanted == segment;
                                                     });
}

std::size_t fixed_segments(const std::vector<std::string>& pattern) {
  return static_cast<std::size_t>(std::count_if(pattern.begin(), pattern.end(),
                                                [](const auto& segment) { return !is_parameter(segment); }));
}

}  // namespace

void RouteTable::add(Route route) {
  Compiled compiled;
  for (const auto segment : split(route.pattern)) compiled.segments.emplace_back(segment);
  compiled_.push_back(std::move(compiled));
  routes_.push_back(std::move(route));
}

RouteTable::Match RouteTable::find(Method method, std::string_view path) const {
  const auto wanted = method == Method::kHead ? Method::kGet : method;
  const auto segments = split(path);
  Match match;
  std::size_t best = 0;
  std::size_t best_fixed = 0;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (!fits(compiled_[i].segments, segments)) continue;
    const auto fixed = fixed_segments(compiled_[i].segments);
    if (routes_[i].method != wanted) {
      match.allow += (match.allow.empty() ? "" : ", ") + std::string(to_string(routes_[i].method));
    } else if (match.route == nullptr || fixed > best_fixed) {
      match.route = &routes_[i];
      best = i;
      best_fixed = fixed;
    }
  }
  if (match.route == nullptr) return match;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string_view name = compiled_[best].segments[i];
    if (!is_parameter(name)) continue;
    auto value = percent_decode(segments[i]);
    match.broken_escape = match.broken_escape || !value;
    match.params.emplace_back(name.substr(1, name.size() - 2), value.value_or(""));
  }
  return match;
}

}  // namespace agenthost::routers

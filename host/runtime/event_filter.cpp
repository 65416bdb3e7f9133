#include "host/runtime/event_filter.hpp"

#include <algorithm>
#include <string_view>

namespace agenthost::runtime {
namespace {

bool is_for_the_run(const Event& event) {
  constexpr auto kModes = only(StreamMode::kCustom) | only(StreamMode::kMessages) |
                          only(StreamMode::kMessagesTuple) | only(StreamMode::kEvents);
  return (event.mode & kModes) != 0;
}

bool is_inside(std::string_view ns, std::string_view wanted) {
  if (ns.substr(0, wanted.size()) != wanted) return false;
  if (ns.size() == wanted.size()) return true;
  const bool whole_segment = wanted.substr(wanted.rfind('|') + 1).find(':') != std::string_view::npos;
  return ns[wanted.size()] == '|' || (ns[wanted.size()] == ':' && !whole_segment);
}

}  // namespace

bool EventFilter::wants(const Event& event) const {
  if (event.mode == 0) return true;
  if ((event.mode & modes) == 0) return false;
  if (event.ns.empty()) return namespaces.empty();
  if (subgraphs == Subgraphs::kHidden && !is_for_the_run(event)) return false;
  return namespaces.empty() ||
         std::any_of(namespaces.begin(), namespaces.end(),
                     [&](const std::string& wanted) { return is_inside(event.ns, wanted); });
}

std::string EventFilter::name_of(const Event& event) const {
  // messages/partial and its like tell of their graph in their metadata.
  const bool bare = event.ns.empty() || subgraphs == Subgraphs::kHidden ||
                    event.mode == only(StreamMode::kMessages) || event.mode == only(StreamMode::kEvents);
  return bare ? event.name : event.name + "|" + event.ns;
}

}  // namespace agenthost::runtime

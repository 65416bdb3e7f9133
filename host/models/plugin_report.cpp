#include "host/models/plugin_report.hpp"

#include "host/base/json.hpp"

namespace agenthost::models {
namespace {

std::string list_json(const std::vector<std::string>& texts) {
  std::string list;
  for (const auto& text : texts) list += (list.empty() ? "" : ",") + quote(text);
  return "[" + list + "]";
}

std::string members(const PluginReport& report) {
  return "\"id\":" + quote(report.id) + ",\"version\":" + quote(report.version) +
         ",\"loaded\":" + (report.loaded ? "true" : "false") +
         ",\"reason\":" + (report.reason.empty() ? "null" : quote(report.reason)) +
         ",\"graphs\":" + list_json(report.graphs) +
         ",\"trust\":" + (report.trust.empty() ? "null" : quote(report.trust)) +
         ",\"isolation\":" + (report.isolation.empty() ? "null" : quote(report.isolation)) +
         ",\"needs\":" + list_json(report.needs) + ",\"not_granted\":" + list_json(report.not_granted);
}

}  // namespace

std::string_view to_string(PluginChange change) {
  switch (change) {
    case PluginChange::kUnchanged:
      return "unchanged";
    case PluginChange::kLoaded:
      return "loaded";
    case PluginChange::kReplaced:
      return "replaced";
    case PluginChange::kKept:
      return "kept";
    case PluginChange::kRefused:
      return "refused";
    case PluginChange::kRemoved:
      return "removed";
  }
  return "unchanged";
}

std::string to_json(const PluginReport& report) {
  return "{" + members(report) + "}";
}

std::string to_json(const PluginOutcome& outcome) {
  return "{\"outcome\":" + quote(to_string(outcome.change)) + "," + members(outcome.report) + "}";
}

}  // namespace agenthost::models

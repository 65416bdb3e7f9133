#include "domain/source_health.hpp"

#include "domain/json_fields.hpp"

namespace ctm {

void SourceHealth::count_success(std::size_t items) {
  asked = true;
  ++requests;
  found += static_cast<int>(items);
}

void SourceHealth::count_failure(const std::string& reason) {
  asked = true;
  ++requests;
  ++failures;
  if (message.empty()) message = reason;
}

std::string SourceHealth::status() const {
  if (!asked) return "off";
  if (failures == requests && requests > 0) return "failed";
  if (failures > 0) return "partial";
  return found > 0 ? "ok" : "empty";
}

agent::Json to_json(const SourceHealth& health) {
  return {{"name", health.name},         {"kind", health.kind},         {"status", health.status()},
          {"requests", health.requests}, {"failures", health.failures}, {"found", health.found},
          {"message", health.message}};
}

agent::Json replace_kind(const agent::Json& sources, const std::string& kind,
                         const std::vector<SourceHealth>& fresh) {
  agent::Json list = agent::Json::array();
  if (sources.is_array()) {
    for (const agent::Json& old : sources) {
      if (text_field(old, "kind") != kind) list.push_back(old);
    }
  }
  for (const SourceHealth& health : fresh) list.push_back(to_json(health));
  return list;
}

}  // namespace ctm

#include "host/models/assistant.hpp"

#include "host/base/json.hpp"

namespace agenthost::models {

std::string version_json(const Assistant& version) {
  std::string out;
  out += "{\"assistant_id\":" + quote(version.assistant_id);
  out += ",\"graph_id\":" + quote(version.graph_id);
  out += ",\"name\":" + quote(version.name);
  out += ",\"description\":" + (version.description ? quote(*version.description) : "null");
  out += ",\"version\":" + std::to_string(version.version);
  out += ",\"config\":" + version.config;
  out += ",\"context\":" + version.context;
  out += ",\"metadata\":" + version.metadata;
  out += ",\"created_at\":\"" + format_time(version.created_at) + "\"}";
  return out;
}

std::string to_json(const Assistant& assistant) {
  auto out = version_json(assistant);
  out.pop_back();
  return out + ",\"updated_at\":\"" + format_time(assistant.updated_at) + "\"}";
}

}  // namespace agenthost::models

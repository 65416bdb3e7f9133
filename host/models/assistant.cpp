#include "host/models/assistant.hpp"

#include "host/base/json.hpp"

namespace agenthost::models {

std::string to_json(const Assistant& assistant) {
  std::string out;
  out += "{\"assistant_id\":" + quote(assistant.assistant_id);
  out += ",\"graph_id\":" + quote(assistant.graph_id);
  out += ",\"name\":" + quote(assistant.name);
  out += ",\"description\":" + (assistant.description ? quote(*assistant.description) : "null");
  out += ",\"version\":" + std::to_string(assistant.version);
  out += ",\"config\":" + assistant.config;
  out += ",\"context\":" + assistant.context;
  out += ",\"metadata\":" + assistant.metadata;
  out += ",\"created_at\":\"" + format_time(assistant.created_at);
  out += "\",\"updated_at\":\"" + format_time(assistant.updated_at) + "\"}";
  return out;
}

}  // namespace agenthost::models

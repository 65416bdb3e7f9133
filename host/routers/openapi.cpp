#include "host/routers/openapi.hpp"

#include <map>

#include "host/base/json.hpp"
#include "host/routers/schemas.hpp"

namespace agenthost::routers {
namespace {

std::string reference(std::string_view name) {
  if (name.size() > 2 && name.substr(name.size() - 2) == "[]") {
    return "{\"type\":\"array\",\"items\":" + reference(name.substr(0, name.size() - 2)) + "}";
  }
  return "{\"$ref\":\"#/components/schemas/" + std::string(name) + "\"}";
}

std::string content(std::string_view type, const std::string& schema) {
  return "\"content\":{\"" + std::string(type) + "\":{\"schema\":" + schema + "}}";
}

std::string path_parameters(std::string_view pattern) {
  std::string out;
  while (true) {
    const auto open = pattern.find('{');
    if (open == std::string_view::npos) return out;
    const auto close = pattern.find('}', open);
    if (!out.empty()) out += ',';
    out += "{\"name\":" + quote(pattern.substr(open + 1, close - open - 1)) +
           ",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}";
    pattern.remove_prefix(close + 1);
  }
}

std::string parameters(const Route& route) {
  auto out = path_parameters(route.pattern);
  for (const auto& parameter : route.operation.query) {
    if (!out.empty()) out += ',';
    const auto schema = parameter.type == "array"
                            ? std::string(R"({"type":"array","items":{"type":"string"}})")
                            : "{\"type\":\"" + parameter.type + "\"}";
    out += "{\"name\":" + quote(parameter.name) +
           ",\"in\":\"query\",\"required\":false,\"description\":" + quote(parameter.description) +
           ",\"schema\":" + schema + "}";
  }
  return "[" + out + "]";
}

std::string success(const Operation& operation) {
  if (operation.response.empty()) return "{\"description\":\"Done\"}";
  if (operation.response == "sse") {
    return "{\"description\":\"Server-sent events\"," + content("text/event-stream", R"({"type":"string"})") +
           "}";
  }
  return "{\"description\":\"Success\"," + content("application/json", reference(operation.response)) + "}";
}

std::string_view error_description(int status) {
  switch (status) {
    case 400:
      return "The body is no JSON";
    case 404:
      return "Not found";
    case 409:
      return "Conflict";
    case 422:
      return "The request is wrong; detail says where";
    case 429:
      return "Too much at once; Retry-After says when";
    default:
      return "The server failed";
  }
}

std::string operation_json(const Route& route) {
  const auto& operation = route.operation;
  std::string out = "{\"operationId\":" + quote(operation.id) + ",\"tags\":[" + quote(operation.tag) +
                    "],\"summary\":" + quote(operation.summary) + ",\"parameters\":" + parameters(route);
  if (!operation.request.empty()) {
    out += ",\"requestBody\":{\"required\":true," +
           content("application/json", reference(operation.request)) + "}";
  }
  out += ",\"responses\":{\"" + std::to_string(operation.status) + "\":" + success(operation);
  for (const int status : operation.errors) {
    out += ",\"" + std::to_string(status) + "\":{\"description\":" + quote(error_description(status)) + "," +
           content("application/json", reference("Problem")) + "}";
  }
  return out + "}}";
}

std::string lower(std::string_view method) {
  std::string out(method);
  for (auto& c : out) c = static_cast<char>(c | 0x20);
  return out;
}

}  // namespace

std::string openapi_json(const RouteTable& routes, std::string_view version) {
  std::map<std::string, std::string> paths;
  for (const auto& route : routes.routes()) {
    auto& path = paths[route.pattern];
    if (!path.empty()) path += ',';
    path += quote(lower(to_string(route.method))) + ":" + operation_json(route);
  }
  std::string out =
      "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"agenthost\",\"version\":" + quote(version) +
      ",\"description\":\"A self-hosted agent server that speaks the LangGraph Agent Server API.\"},"
      "\"paths\":{";
  bool first = true;
  for (const auto& [pattern, operations] : paths) {
    out += (first ? "" : ",") + quote(pattern) + ":{" + operations + "}";
    first = false;
  }
  return out + "},\"components\":{\"schemas\":" + std::string(component_schemas()) + "}}";
}

}  // namespace agenthost::routers

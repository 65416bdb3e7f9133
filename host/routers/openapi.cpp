#include "host/routers/openapi.hpp"

#include <map>
#include <set>

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

// An assistant is also found by the id of its graph.
std::string path_schema(std::string_view name) {
  constexpr std::string_view kId = "_id";
  const bool uuid =
      name != "assistant_id" && name.size() > kId.size() && name.substr(name.size() - kId.size()) == kId;
  return uuid ? R"({"type":"string","format":"uuid"})" : R"({"type":"string"})";
}

std::string path_parameters(std::string_view pattern) {
  std::string out;
  while (true) {
    const auto open = pattern.find('{');
    if (open == std::string_view::npos) return out;
    const auto close = pattern.find('}', open);
    const auto name = pattern.substr(open + 1, close - open - 1);
    if (!out.empty()) out += ',';
    out += "{\"name\":" + quote(name) + ",\"in\":\"path\",\"required\":true,\"schema\":" + path_schema(name) +
           "}";
    pattern.remove_prefix(close + 1);
  }
}

std::string parameter_json(const Parameter& parameter) {
  const auto schema = parameter.type == "array" ? std::string(R"({"type":"array","items":{"type":"string"}})")
                                                : "{\"type\":\"" + parameter.type + "\"}";
  return "{\"name\":" + quote(parameter.name) +
         (parameter.place == Place::kHeader ? ",\"in\":\"header\"" : ",\"in\":\"query\"") +
         (parameter.need == Need::kRequired ? ",\"required\":true" : ",\"required\":false") +
         ",\"description\":" + quote(parameter.description) + ",\"schema\":" + schema + "}";
}

std::string parameters(const Route& route) {
  auto out = path_parameters(route.pattern);
  for (const auto& parameter : route.operation.parameters)
    out += (out.empty() ? "" : ",") + parameter_json(parameter);
  return "[" + out + "]";
}

// One of the forms that an answer may have.
std::string form(std::string_view response) {
  constexpr std::string_view kEvents = "sse:";
  constexpr std::string_view kText = R"({"type":"string"})";
  const auto entry = [](std::string_view type, const std::string& schema) {
    return quote(type) + ":{\"schema\":" + schema + "}";
  };
  if (response == "text") return entry("text/plain", std::string(kText));
  if (response.substr(0, kEvents.size()) != kEvents) return entry("application/json", reference(response));
  // OpenAPI 3.1 has no words for the events of a stream.
  return entry("text/event-stream",
               std::string(kText) + ",\"x-event-schema\":" + reference(response.substr(kEvents.size())));
}

std::string success(std::string_view response) {
  if (response.empty()) return R"({"description":"Done"})";
  std::string forms;
  while (true) {
    const auto bar = response.find('|');
    forms += (forms.empty() ? "" : ",") + form(response.substr(0, bar));
    if (bar == std::string_view::npos) break;
    response.remove_prefix(bar + 1);
  }
  return R"({"description":"Success","content":{)" + forms + "}}";
}

std::string_view error_description(int status) {
  switch (status) {
    case 400:
      return "The request is malformed";
    case 403:
      return "Not from this origin";
    case 404:
      return "Not found";
    case 405:
      return "No such method here";
    case 409:
      return "Conflict";
    case 413:
      return "The body is larger than this server accepts";
    case 422:
      return "The request is wrong; detail says where";
    case 429:
      return "Too much at once; Retry-After says when";
    case 426:
      return "This is a WebSocket";
    case 503:
      return "The server is shutting down";
    default:
      return "The server failed";
  }
}

std::string failure(int status, std::string_view problem) {
  return "{\"description\":" + quote(error_description(status)) + "," +
         content("application/json", reference(problem)) + "}";
}

// With what any operation of its kind may answer.
std::set<int> errors_of(const Route& route, const std::string& parameters) {
  std::set<int> errors(route.operation.errors.begin(), route.operation.errors.end());
  errors.insert({500, 503});
  if (!route.operation.request.empty()) errors.insert({400, 413});
  if (parameters != "[]") errors.insert(422);
  return errors;
}

std::string operation_json(const Route& route) {
  const auto& operation = route.operation;
  const auto all_parameters = parameters(route);
  std::string out = "{\"operationId\":" + quote(operation.id) + ",\"tags\":[" + quote(operation.tag) +
                    "],\"summary\":" + quote(operation.summary) + ",\"parameters\":" + all_parameters;
  if (!operation.request.empty()) {
    out += ",\"requestBody\":{\"required\":true," +
           content("application/json", reference(operation.request)) + "}";
  }
  out +=
      ",\"responses\":{\"" + std::to_string(operation.status) + "\":" +
      (operation.status < 400 ? success(operation.response) : failure(operation.status, operation.problem));
  if (operation.or_status != 0) out += ",\"" + std::to_string(operation.or_status) + "\":" + success("");
  for (const int status : errors_of(route, all_parameters)) {
    out += ",\"" + std::to_string(status) + "\":" + failure(status, operation.problem);
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
  return out + "},\"components\":{\"schemas\":" + component_schemas() + "}}";
}

}  // namespace agenthost::routers

#include "host/routers/agent_card.hpp"

#include "host/base/json.hpp"

namespace agenthost::routers {
namespace {

std::string origin_of(const Request& request) {
  const auto* scheme = request.header("x-forwarded-proto");
  const auto* host = request.header("host");
  const bool secure = scheme != nullptr && *scheme == "https";
  return (secure ? "https://" : "http://") + (host != nullptr ? *host : std::string("localhost"));
}

}  // namespace

std::string agent_card_json(const models::Assistant& assistant, const Request& request) {
  constexpr std::string_view kModes = R"(["text/plain","application/json"])";
  const auto url = quote(origin_of(request) + "/a2a/" + assistant.assistant_id);
  const auto name = quote(assistant.name);
  const auto description = quote(assistant.description.value_or(assistant.name));
  return R"({"protocolVersion":"0.3.0","name":)" + name + R"(,"description":)" + description + R"(,"url":)" +
         url + R"(,"preferredTransport":"JSONRPC","supportedInterfaces":[{"url":)" + url +
         R"(,"protocolBinding":"JSONRPC","protocolVersion":"1.0"}],"version":)" +
         quote(std::to_string(assistant.version)) +
         R"(,"capabilities":{"streaming":true,"pushNotifications":false},"defaultInputModes":)" +
         std::string(kModes) + R"(,"defaultOutputModes":)" + std::string(kModes) + R"(,"skills":[{"id":)" +
         quote(assistant.graph_id) + R"(,"name":)" + name + R"(,"description":)" + description +
         R"(,"tags":[]}]})";
}

}  // namespace agenthost::routers

// WebhookBridge: lets the services post webhooks through the client that has the operator's rules.
// Thread-safe.
#pragma once

#include <string>
#include <utility>

#include "host/outbound/webhook_client.hpp"
#include "host/services/webhook_service.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::app {

class WebhookBridge final : public services::WebhookSender {
 public:
  explicit WebhookBridge(outbound::WebhookClient& client) : client_(client) {}

  [[nodiscard]] Status check(std::string_view url) const override { return client_.check(url); }
  void post(const std::string& webhook_id, const std::string& url, std::string body,
            std::function<void(Result<int>)> done) override {
    client_.post(webhook_id, url, std::move(body), std::move(done));
  }

 private:
  outbound::WebhookClient& client_;
};

// How this server reaches itself.
[[nodiscard]] inline std::string own_origin(const settings::Server& server, std::uint16_t port) {
  auto host = server.host;
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(port);
}

}  // namespace agenthost::app

// WebhookClient: posts what webhooks are owed, to wherever a client of ours said: so it trusts no address.
//
// Only allowed hosts, only public addresses (checked on what the name resolved to, on a connection of its
// own), no redirects, no proxy, one attempt each: whoever owes the webhook decides about the next. With a
// secret every post is signed. Thread-safe; callbacks come on its one thread and must be brief.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "host/base/error.hpp"
#include "host/outbound/transfer_loop.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::outbound {

class WebhookClient {
 public:
  WebhookClient(settings::Webhooks settings, std::string user_agent);

  // Where URLs that are only a path lead: "http://127.0.0.1:8000". Call before the first post.
  void set_home(std::string origin) { home_ = std::move(origin); }

  // kInvalid with the reason when nothing could be delivered there.
  [[nodiscard]] Status check(std::string_view url) const;
  // `done` comes exactly once: the answer's status, or kDenied (never will be delivered), kUnavailable,
  // kDeadline, kCancelled (after stop).
  void post(const std::string& webhook_id, std::string_view url, std::string body,
            std::function<void(Result<int>)> done);
  // Drops what is under way without a word. Idempotent; not from a callback.
  void stop() { loop_.stop({}); }

 private:
  [[nodiscard]] Result<Transfer> make_transfer(const std::string& webhook_id, std::string_view url,
                                               std::string body) const;

  // Constant after the start
  const settings::Webhooks settings_;
  const std::string user_agent_;
  std::string home_;

  TransferLoop loop_;
};

// "t=<unix seconds>,v1=<hex>": HMAC-SHA256 of "<t>.<body>".
[[nodiscard]] std::string webhook_signature(std::string_view secret, std::int64_t unix_seconds,
                                            std::string_view body);

}  // namespace agenthost::outbound

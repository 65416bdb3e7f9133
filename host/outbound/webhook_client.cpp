#include "host/outbound/webhook_client.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <ctime>

#include "host/base/digest.hpp"
#include "host/outbound/address_guard.hpp"
#include "host/outbound/url.hpp"

namespace agenthost::outbound {
namespace {

// What anybody answers is read but not used.
constexpr std::size_t kMaxAnswerBytes = 8U << 20U;

bool is_path(std::string_view url) {
  return !url.empty() && url.front() == '/' && url.substr(0, 2) != "//" && url.substr(0, 2) != "/\\";
}

Result<int> status_or_reason(const tl::expected<HttpReply, TransferFailure>& result) {
  using Kind = TransferFailure::Kind;
  if (result) return result->status;
  const auto& failure = result.error();
  const auto code = failure.kind == Kind::kRefused   ? ErrorCode::kDenied
                    : failure.kind == Kind::kTimeout ? ErrorCode::kDeadline
                                                     : ErrorCode::kUnavailable;
  return fail(code, failure.text);
}

}  // namespace

std::string webhook_signature(std::string_view secret, std::int64_t unix_seconds, std::string_view body) {
  const auto time = std::to_string(unix_seconds);
  const auto text = time + "." + std::string(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  return "t=" + time + ",v1=" + to_hex(digest.data(), size);
}

WebhookClient::WebhookClient(settings::Webhooks settings, std::string user_agent)
    : settings_(std::move(settings)), user_agent_(std::move(user_agent)) {}

Status WebhookClient::check(std::string_view url) const {
  if (is_path(url)) return {};
  const auto parsed = parse_url(url);
  if (!parsed) return fail(ErrorCode::kInvalid, parsed.error().text);
  if (!host_allowed(parsed->host, settings_.allow_hosts)) {
    return fail(ErrorCode::kInvalid,
                "host " + parsed->host + " is not allowed (webhooks.allow_hosts in agenthost.yaml)");
  }
  if (!settings_.allow_private_addresses && !is_public_host(parsed->host)) {
    return fail(ErrorCode::kInvalid, "the address " + parsed->host +
                                         " is not public (webhooks.allow_private_addresses in "
                                         "agenthost.yaml)");
  }
  return {};
}

Result<Transfer> WebhookClient::make_transfer(const std::string& webhook_id, std::string_view url,
                                              std::string body) const {
  // Again: the rules may have changed since the run was created.
  if (auto good = check(url); !good) return fail(ErrorCode::kDenied, good.error().text);
  const bool at_home = is_path(url);
  const auto parsed = parse_url(at_home ? home_ + std::string(url) : std::string(url));
  if (!parsed) return fail(ErrorCode::kDenied, parsed.error().text);
  Transfer transfer;
  transfer.method = "POST";
  transfer.url = parsed->text();
  transfer.headers = {{"content-type", "application/json"}, {"x-agenthost-webhook-id", webhook_id}};
  if (!settings_.secret.empty()) {
    transfer.headers.emplace_back("x-agenthost-signature",
                                  webhook_signature(settings_.secret, std::time(nullptr), body));
  }
  transfer.body = std::move(body);
  transfer.user_agent = user_agent_;
  transfer.connect_timeout = settings_.timeout_ms;
  transfer.timeout = settings_.timeout_ms;
  transfer.max_body_bytes = kMaxAnswerBytes;
  if (!at_home && !settings_.allow_private_addresses) transfer.reach = Reach::kPublicOnly;
  return transfer;
}

void WebhookClient::post(const std::string& webhook_id, std::string_view url, std::string body,
                         std::function<void(Result<int>)> done) {
  auto transfer = make_transfer(webhook_id, url, std::move(body));
  if (!transfer) return done(fail(transfer.error()));
  const bool posted = loop_.post([this, done, transfer = std::move(*transfer)]() mutable {
    TransferEvents events;
    events.done = [done](const tl::expected<HttpReply, TransferFailure>& result) {
      done(status_or_reason(result));
    };
    (void)loop_.start(std::move(transfer), std::move(events));
  });
  if (!posted) done(fail(ErrorCode::kCancelled, "the server is shutting down"));
}

}  // namespace agenthost::outbound

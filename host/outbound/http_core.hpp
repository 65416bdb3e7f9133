// HttpExchange: one call's way from the caller's request to its reply, over as many attempts and redirects as
// the rules allow; HttpCore: what the exchanges share (loop, rate limits, places per host). Strand-bound to
// the loop's thread, except start, cancel and stop, which are thread-safe. Private to HttpClient.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>

#include "host/outbound/call_meters.hpp"
#include "host/outbound/cassette.hpp"
#include "host/outbound/endpoint.hpp"
#include "host/outbound/http_client.hpp"
#include "host/outbound/retry.hpp"
#include "host/outbound/transfer_loop.hpp"

namespace agenthost::outbound {

struct HttpExchange {
  HttpRequest request;
  HttpEvents events;

  // The address of the moment; redirects change it.
  Url url;
  // Credentials travel only while the address is the service's.
  bool at_home = true;
  const Clock::time_point begun = Clock::now();
  int attempts = 0;
  int redirects = 0;
  bool piece_delivered = false;
  bool finished = false;

  std::string lane;  // the origin whose place it holds; empty = none
  std::optional<TransferLoop::Id> transfer;
  std::optional<TransferLoop::TimerId> pause;
  std::optional<TransferLoop::TimerId> deadline;
};
// Shared because: queue, timers and transfer refer to it, and whoever comes last finds it finished.
using HttpExchangePtr = std::shared_ptr<HttpExchange>;

class HttpClient::Core : public std::enable_shared_from_this<HttpClient::Core> {
 public:
  Core(const settings::Http& http, Cassette::Mode mode);

  void start(HttpRequest request, HttpEvents events);
  void stop();
  [[nodiscard]] const CallMeters& meters() const { return meters_; }

 private:
  // The requests in flight to one origin and those waiting for a place.
  struct Lane {
    std::size_t busy = 0;
    std::deque<HttpExchangePtr> waiting;
  };

  void begin(const HttpExchangePtr& exchange);
  [[nodiscard]] Status prepare(HttpExchange& exchange) const;
  [[nodiscard]] Status check_egress(const HttpRequest& request, const Url& url) const;
  void replay(const HttpExchangePtr& exchange);

  void schedule(const HttpExchangePtr& exchange, Clock::time_point not_before);
  void enter_lane(const HttpExchangePtr& exchange);
  void leave_lane(HttpExchange& exchange);
  void launch(const HttpExchangePtr& exchange);
  [[nodiscard]] Transfer make_transfer(const HttpExchange& exchange) const;

  void landed(const HttpExchangePtr& exchange, tl::expected<HttpReply, TransferFailure> result);
  void answered(const HttpExchangePtr& exchange, HttpReply reply);
  void broke(const HttpExchangePtr& exchange, const TransferFailure& failure);
  // True when the answer was a redirect and the exchange goes on (or has failed) because of it.
  [[nodiscard]] bool follow_redirect(const HttpExchangePtr& exchange, const HttpReply& reply);
  // True when another attempt was scheduled.
  [[nodiscard]] bool try_again(const HttpExchangePtr& exchange, std::optional<milliseconds> asked_pause);

  void finish(const HttpExchangePtr& exchange, Result<HttpReply> result);
  void fail_exchange(const HttpExchangePtr& exchange, ErrorCode code, const std::string& text);
  [[nodiscard]] CassetteKey key_of(const HttpExchange& exchange) const;
  [[nodiscard]] std::string shown_url(const HttpExchange& exchange) const;

  // Constant after construction
  const settings::Http http_;
  const std::shared_ptr<const Endpoint> plain_;

  CallMeters meters_;

  // The loop thread's own
  Cassette cassette_;
  std::map<std::string, RateLimiter> limiters_;  // by endpoint name
  std::unordered_map<std::string, Lane> lanes_;  // by origin
  std::unordered_map<const HttpExchange*, HttpExchangePtr> exchanges_;
  std::minstd_rand chance_{std::random_device{}()};

  TransferLoop loop_;
};

}  // namespace agenthost::outbound

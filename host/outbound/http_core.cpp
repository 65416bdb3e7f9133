#include "host/outbound/http_core.hpp"

#include <algorithm>
#include <array>

namespace agenthost::outbound {
namespace {

constexpr int kMaxRedirects = 5;
constexpr std::array<std::string_view, 7> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_credential(std::string_view name) {
  const auto plain = lower_case(name);
  return plain == "authorization" || plain == "cookie";
}

// For people: without the query, where keys and texts of users live.
std::string brief(const Url& url) {
  return Url{url.scheme, url.host, url.port, url.path, ""}.text();
}

}  // namespace

HttpClient::Core::Core(const settings::Http& http, Cassette::Mode mode)
    : http_(http), plain_(Endpoint::plain(http.timeout_ms)), cassette_(mode, http.cassette_directory) {}

void HttpClient::Core::start(HttpRequest request, HttpEvents events) {
  auto exchange = std::make_shared<HttpExchange>();
  exchange->request = std::move(request);
  exchange->events = std::move(events);
  const auto token = exchange->request.cancel;
  if (!loop_.post([this, exchange] { begin(exchange); })) {
    exchange->events.done(fail(ErrorCode::kUnavailable, "http: the server is shutting down"));
    return;
  }
  if (!token) return;
  token->on_cancel([core = weak_from_this(), weak = std::weak_ptr(exchange)] {
    const auto self = core.lock();
    if (!self) return;
    // Refused after stop(), which has cancelled everything already.
    static_cast<void>(self->loop_.post([raw = self.get(), weak] {
      if (const auto live = weak.lock()) raw->fail_exchange(live, ErrorCode::kCancelled, "cancelled");
    }));
  });
}

void HttpClient::Core::stop() {
  loop_.stop([this] {
    const auto left = exchanges_;
    for (const auto& [key, exchange] : left) {
      fail_exchange(exchange, ErrorCode::kCancelled, "the server is shutting down");
    }
  });
}

void HttpClient::Core::begin(const HttpExchangePtr& exchange) {
  exchanges_.emplace(exchange.get(), exchange);
  auto& request = exchange->request;
  if (!request.endpoint) request.endpoint = plain_;
  if (const auto ready = prepare(*exchange); !ready) {
    fail_exchange(exchange, ready.error().code, ready.error().text);
    return;
  }
  if (request.cancel && request.cancel->cancelled()) {
    fail_exchange(exchange, ErrorCode::kCancelled, "cancelled");
    return;
  }
  if (cassette_.mode() == Cassette::Mode::kReplay) {
    replay(exchange);
    return;
  }
  if (request.deadline <= Clock::now()) {
    fail_exchange(exchange, ErrorCode::kDeadline, "the deadline passed");
    return;
  }
  if (request.deadline != Clock::time_point::max()) {
    exchange->deadline = loop_.at(request.deadline, [this, exchange] {
      exchange->deadline.reset();
      fail_exchange(exchange, ErrorCode::kDeadline, "the deadline passed");
    });
  }
  schedule(exchange, Clock::now());
}

Status HttpClient::Core::prepare(HttpExchange& exchange) const {
  const auto& request = exchange.request;
  auto url = request.endpoint->has_base() ? join_below(request.endpoint->base(), request.url)
                                          : parse_url(request.url);
  if (!url) return fail(url.error());
  exchange.url = std::move(*url);
  if (std::find(kMethods.begin(), kMethods.end(), request.method) == kMethods.end()) {
    return fail(ErrorCode::kInvalid, "the method must be GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS");
  }
  for (const auto& [name, value] : request.headers) {
    if (auto good = check_header(name, value); !good) return good;
  }
  return request.endpoint->has_base() ? Status{} : check_egress(request, exchange.url);
}

Status HttpClient::Core::check_egress(const HttpRequest& request, const Url& url) const {
  const auto* limit = request.limit.get();
  if (limit != nullptr && !host_allowed(url.host, limit->hosts))
    return fail(ErrorCode::kDenied, "host " + url.host + ": " + limit->otherwise);
  if (host_allowed(url.host, http_.allow_hosts)) return {};
  return fail(ErrorCode::kDenied,
              "host " + url.host +
                  " is not allowed; add it to http.allow_hosts in agenthost.yaml, or configure it under "
                  "services:");
}

void HttpClient::Core::replay(const HttpExchangePtr& exchange) {
  auto reply = cassette_.replay(key_of(*exchange));
  if (!reply) {
    fail_exchange(exchange, reply.error().code, reply.error().text);
    return;
  }
  if (exchange->events.piece && reply->status >= 200 && reply->status < 300) {
    exchange->events.piece(*reply, reply->body);
  }
  finish(exchange, std::move(reply));
}

// ---- Waiting for a turn ----

void HttpClient::Core::schedule(const HttpExchangePtr& exchange, Clock::time_point not_before) {
  const auto& endpoint = *exchange->request.endpoint;
  auto& limiter = limiters_.try_emplace(endpoint.name(), endpoint.max_per_second()).first->second;
  const auto slot = limiter.reserve(not_before);
  if (slot >= exchange->request.deadline) {
    fail_exchange(exchange, ErrorCode::kExhausted,
                  "the rate limit (max_per_second) leaves no turn before the deadline");
    return;
  }
  if (slot <= Clock::now()) {
    enter_lane(exchange);
    return;
  }
  exchange->pause = loop_.at(slot, [this, exchange] {
    exchange->pause.reset();
    enter_lane(exchange);
  });
}

void HttpClient::Core::enter_lane(const HttpExchangePtr& exchange) {
  exchange->lane = exchange->url.origin();
  auto& lane = lanes_[exchange->lane];
  if (lane.busy >= std::max<std::size_t>(1, http_.max_connections_per_host)) {
    lane.waiting.push_back(exchange);
    return;
  }
  ++lane.busy;
  launch(exchange);
}

void HttpClient::Core::leave_lane(HttpExchange& exchange) {
  const auto found = lanes_.find(exchange.lane);
  if (found == lanes_.end()) return;
  exchange.lane.clear();
  auto& lane = found->second;
  if (!exchange.transfer) {  // it was still waiting
    const auto is_it = [&](const HttpExchangePtr& waiting) { return waiting.get() == &exchange; };
    lane.waiting.erase(std::remove_if(lane.waiting.begin(), lane.waiting.end(), is_it), lane.waiting.end());
    return;
  }
  exchange.transfer.reset();
  if (lane.waiting.empty()) {
    if (--lane.busy == 0) lanes_.erase(found);
    return;
  }
  const auto next = std::move(lane.waiting.front());  // takes over the place
  lane.waiting.pop_front();
  launch(next);
}

// ---- On the wire ----

void HttpClient::Core::launch(const HttpExchangePtr& exchange) {
  ++exchange->attempts;
  TransferEvents events;
  if (exchange->events.piece) {
    events.piece = [exchange](const HttpReply& head, std::string_view piece) {
      exchange->piece_delivered = true;
      exchange->events.piece(head, piece);
    };
  }
  events.done = [this, exchange](tl::expected<HttpReply, TransferFailure> result) {
    landed(exchange, std::move(result));
  };
  exchange->transfer = loop_.start(make_transfer(*exchange), std::move(events));
}

Transfer HttpClient::Core::make_transfer(const HttpExchange& exchange) const {
  const auto& request = exchange.request;
  Transfer transfer;
  transfer.method = request.method;
  transfer.body = request.body;
  transfer.user_agent = http_.user_agent;
  transfer.connect_timeout = http_.connect_timeout_ms;
  transfer.timeout = request.timeout.count() > 0 ? request.timeout : request.endpoint->timeout();
  if (request.deadline != Clock::time_point::max()) {
    transfer.timeout =
        std::min(transfer.timeout, std::chrono::ceil<milliseconds>(request.deadline - Clock::now()));
  }
  transfer.max_body_bytes = http_.max_body_bytes;
  if (exchange.at_home) {
    transfer.url = request.endpoint->with_own_query(exchange.url).text();
    transfer.headers = request.endpoint->with_own_headers(request.headers);
  } else {
    transfer.url = exchange.url.text();
    std::copy_if(request.headers.begin(), request.headers.end(), std::back_inserter(transfer.headers),
                 [](const auto& header) { return !is_credential(header.first); });
  }
  return transfer;
}

void HttpClient::Core::landed(const HttpExchangePtr& exchange,
                              tl::expected<HttpReply, TransferFailure> result) {
  leave_lane(*exchange);
  if (result) {
    answered(exchange, std::move(*result));
  } else {
    broke(exchange, result.error());
  }
}

void HttpClient::Core::answered(const HttpExchangePtr& exchange, HttpReply reply) {
  if (follow_redirect(exchange, reply)) return;
  if (is_retryable(reply.status)) {
    const auto asked =
        parse_retry_after(header_value(reply.headers, "retry-after"), std::chrono::system_clock::now());
    if (try_again(exchange, asked)) return;
  }
  reply.url = shown_url(*exchange);
  reply.attempts = exchange->attempts - exchange->redirects;
  if (cassette_.mode() == Cassette::Mode::kRecord) {
    const auto& redactor = exchange->request.endpoint->redactor();
    if (const auto kept = cassette_.record(key_of(*exchange), reply, redactor); !kept) {
      fail_exchange(exchange, kept.error().code, kept.error().text);
      return;
    }
  }
  finish(exchange, std::move(reply));
}

void HttpClient::Core::broke(const HttpExchangePtr& exchange, const TransferFailure& failure) {
  using Kind = TransferFailure::Kind;
  if (failure.kind == Kind::kConnection && !exchange->piece_delivered && try_again(exchange, std::nullopt))
    return;
  const int tries = exchange->attempts - exchange->redirects;
  const std::string count = tries > 1 ? " (" + std::to_string(tries) + " attempts)" : "";
  const auto code = failure.kind == Kind::kConnection ? ErrorCode::kUnavailable
                    : failure.kind == Kind::kTimeout  ? ErrorCode::kDeadline
                                                      : ErrorCode::kExhausted;
  fail_exchange(exchange, code, failure.text + count);
}

bool HttpClient::Core::follow_redirect(const HttpExchangePtr& exchange, const HttpReply& reply) {
  const auto& request = exchange->request;
  const auto location = header_value(reply.headers, "location");
  // Repeating a POST somewhere else is the caller's decision: the 3xx is its answer.
  if (!is_redirect(reply.status) || location.empty() || (request.method != "GET" && request.method != "HEAD"))
    return false;
  if (++exchange->redirects > kMaxRedirects) {
    fail_exchange(exchange, ErrorCode::kUnavailable,
                  "more than " + std::to_string(kMaxRedirects) + " redirects");
    return true;
  }
  auto target = resolve_redirect(exchange->url, location);
  if (!target) {
    fail_exchange(exchange, ErrorCode::kUnavailable, target.error().text);
    return true;
  }
  const bool same_place = target->origin() == exchange->url.origin();
  if (!same_place || !request.endpoint->has_base()) {
    if (const auto allowed = check_egress(request, *target); !allowed) {
      fail_exchange(exchange, allowed.error().code, "redirected: " + allowed.error().text);
      return true;
    }
  }
  exchange->at_home = exchange->at_home && same_place;
  exchange->url = std::move(*target);
  enter_lane(exchange);
  return true;
}

bool HttpClient::Core::try_again(const HttpExchangePtr& exchange, std::optional<milliseconds> asked_pause) {
  const auto& endpoint = *exchange->request.endpoint;
  const int tries = exchange->attempts - exchange->redirects;
  if (tries > endpoint.retries()) return false;
  const double chance = std::uniform_real_distribution<>(0, 1)(chance_);
  const auto pause = asked_pause.value_or(backoff_pause(endpoint.backoff(), tries, chance));
  const auto when = Clock::now() + std::min(pause, kLongestPause);
  if (pause > kLongestPause || when >= exchange->request.deadline) return false;
  exchange->pause = loop_.at(when, [this, exchange] {
    exchange->pause.reset();
    schedule(exchange, Clock::now());
  });
  return true;
}

// ---- The end ----

void HttpClient::Core::fail_exchange(const HttpExchangePtr& exchange, ErrorCode code,
                                     const std::string& text) {
  const auto& endpoint = exchange->request.endpoint;
  std::string where;
  if (endpoint && endpoint->has_base()) where = "service \"" + endpoint->name() + "\": ";
  if (!exchange->url.host.empty()) where += exchange->request.method + " " + brief(exchange->url) + ": ";
  auto whole = "http: " + where + text;
  finish(exchange, fail(code, endpoint ? endpoint->redactor().clean(std::move(whole)) : std::move(whole)));
}

void HttpClient::Core::finish(const HttpExchangePtr& exchange, Result<HttpReply> result) {
  if (exchange->finished) return;
  exchange->finished = true;
  if (exchange->pause) loop_.cancel_timer(*exchange->pause);
  if (exchange->deadline) loop_.cancel_timer(*exchange->deadline);
  if (exchange->transfer) loop_.abort(*exchange->transfer);
  leave_lane(*exchange);
  meters_.ended(exchange->request.endpoint->name(), result, Clock::now() - exchange->begun);
  exchanges_.erase(exchange.get());
  const auto done = std::move(exchange->events.done);
  exchange->events = {};
  done(std::move(result));
}

CassetteKey HttpClient::Core::key_of(const HttpExchange& exchange) const {
  const auto& request = exchange.request;
  return {request.endpoint->name(), request.method, request.url, request.body};
}

std::string HttpClient::Core::shown_url(const HttpExchange& exchange) const {
  return exchange.request.endpoint->redactor().clean(exchange.url.text());
}

}  // namespace agenthost::outbound

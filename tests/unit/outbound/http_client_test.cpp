#include "host/outbound/http_client.hpp"

#include <gmock/gmock.h>

#include <vector>

#include "tests/unit/outbound/http_bench.hpp"

namespace agenthost::outbound::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class HttpClientTest : public HttpBench {};

TEST_F(HttpClientTest, AddsTheServicesCredentialsAndHidesThem) {
  auto answer = StubAnswer::json(R"({"ok":true})");
  answer.headers.emplace_back("X-Twice", "a");
  answer.headers.emplace_back("x-twice", "b\xE9");
  stub.on("/v1/search", answer);
  auto made = request("api", "/search?q=x");
  made.headers = {{"Authorization", "Bearer mine"}, {"X-Mine", "1"}};
  const auto reply = fetch(std::move(made));
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body, R"({"ok":true})");
  EXPECT_EQ(header_value(reply->headers, "content-type"), "application/json");
  EXPECT_EQ(header_value(reply->headers, "x-twice"), "a, b?");
  EXPECT_EQ(reply->attempts, 1);
  EXPECT_EQ(reply->url, stub.url() + "/v1/search?q=x");
  const auto seen = stub.requests().at(0);
  EXPECT_EQ(seen.target, std::string("/v1/search?q=x&apikey=") + kKey);
  EXPECT_EQ(seen.headers.at("authorization"), std::string("Bearer ") + kKey)
      << "the plugin's own must not win";
  EXPECT_EQ(seen.headers.at("x-mine"), "1");
  EXPECT_EQ(seen.headers.at("user-agent"), "agenthost");
}

TEST_F(HttpClientTest, AnOptionalKeyThatIsNotSetIsNotSent) {
  services["api"].headers["x-api-key"] = "";
  services["api"].query = {{"apikey", ""}};
  stub.on("/v1", StubAnswer::json("{}"));
  ASSERT_TRUE(fetch("api", "/x"));
  EXPECT_EQ(stub.requests().at(0).target, "/v1/x");
  EXPECT_EQ(stub.requests().at(0).headers.count("x-api-key"), 0U);
}

TEST_F(HttpClientTest, SendsMethodAndBody) {
  stub.on("/v1", StubAnswer::json("{}", 201));
  for (const std::string method : {"POST", "PUT", "PATCH", "DELETE"}) {
    auto made = request("api", "/things");
    made.method = method;
    made.body = std::string("a\0b", 3);
    EXPECT_EQ(fetch(std::move(made))->status, 201);
    EXPECT_EQ(stub.requests().back().method, method);
    EXPECT_EQ(stub.requests().back().body.size(), 3U);
    EXPECT_EQ(stub.requests().back().headers.count("content-type"), 0U);
  }
  auto head = request("api", "/things");
  head.method = "HEAD";
  EXPECT_EQ(fetch(std::move(head))->status, 201);
  EXPECT_EQ(stub.connections(), 1U) << "the connection is kept alive";
}

TEST_F(HttpClientTest, A404IsAnAnswer) {
  const auto reply = fetch("api", "/nothing");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 404);
  EXPECT_EQ(stub.requests().size(), 1U);
}

TEST_F(HttpClientTest, WaitsAsLongAsA429AsksAndTriesAgain) {
  auto busy = StubAnswer::json("{}", 429);
  busy.headers.emplace_back("retry-after", "0");
  services["api"].backoff_ms = 3'600'000ms;  // would never come back on its own
  stub.then(busy);
  stub.then(StubAnswer::json(R"({"ok":1})"));
  const auto reply = fetch("api", "/x");
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->attempts, 2);
}

TEST_F(HttpClientTest, ARetryAfterBeyondReasonOrDeadlineIsTheAnswer) {
  auto busy = StubAnswer::json("{}", 429);
  busy.headers.emplace_back("retry-after", "86400");
  stub.on("/v1/day", busy);
  EXPECT_EQ(fetch("api", "/day")->status, 429);
  busy.headers.back().second = "30";
  stub.on("/v1/late", busy);
  auto made = request("api", "/late");
  made.deadline = std::chrono::steady_clock::now() + 10s;
  EXPECT_EQ(fetch(std::move(made))->status, 429);
  EXPECT_EQ(stub.requests().size(), 2U);
}

TEST_F(HttpClientTest, AServerErrorIsTheAnswerOnceTheRetriesAreSpent) {
  stub.on("/v1", StubAnswer::json("{}", 503));
  const auto reply = fetch("api", "/x");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(reply->attempts, 4);
  EXPECT_EQ(stub.requests().size(), 4U);
}

TEST_F(HttpClientTest, TriesAgainWhenTheConnectionBreaks) {
  StubAnswer silent;
  silent.status = 0;
  silent.then = StubAnswer::Then::kClose;
  StubAnswer cut = StubAnswer::json("{\"half\":");
  cut.claimed_length = 100;
  cut.then = StubAnswer::Then::kClose;
  StubAnswer garbage;
  garbage.raw = "I am no web server\r\n\r\n";
  garbage.then = StubAnswer::Then::kClose;
  stub.then(silent);
  stub.then(cut);
  stub.then(garbage);
  stub.then(StubAnswer::json(R"({"ok":1})"));
  const auto reply = fetch("api", "/x");
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->body, R"({"ok":1})");
  EXPECT_EQ(reply->attempts, 4);
}

TEST_F(HttpClientTest, SaysUnavailableWithoutKeysWhenNothingListens) {
  const auto made = request("api", "/x?mine=" + std::string(kKey));
  stub.stop();
  const auto reply = fetch(made);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(reply.error().text, HasSubstr("service \"api\": GET " + stub.url() + "/v1/x: "));
  EXPECT_THAT(reply.error().text, HasSubstr("(4 attempts)"));
  EXPECT_THAT(reply.error().text, Not(HasSubstr(kKey)));
}

TEST_F(HttpClientTest, ATimeOutIsADeadlineAndNotRepeated) {
  StubAnswer silent;
  silent.status = 0;
  silent.then = StubAnswer::Then::kHang;
  stub.on("/v1", silent);
  auto made = request("api", "/slow");
  made.timeout = 50ms;
  const auto reply = fetch(std::move(made));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kDeadline);
  EXPECT_THAT(reply.error().text, HasSubstr("within 50 ms"));
  EXPECT_TRUE(stub.wait_for_hang_up());
  EXPECT_EQ(stub.requests().size(), 1U);
}

TEST_F(HttpClientTest, TheDeadlineEndsPausesToo) {
  services["api"].backoff_ms = 30'000ms;
  stub.on("/v1", StubAnswer::json("{}", 500));
  auto made = request("api", "/x");
  made.deadline = std::chrono::steady_clock::now() - 1ms;
  const auto reply = fetch(std::move(made));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kDeadline);
  EXPECT_TRUE(stub.requests().empty());
}

TEST_F(HttpClientTest, CancellingClosesTheConnection) {
  auto endless = StubAnswer::events({"data: 1\n\n"});
  endless.then = StubAnswer::Then::kHang;
  stub.on("/v1", endless);
  auto made = request("api", "/stream");
  made.cancel = std::make_shared<CancelToken>();
  const auto token = made.cancel;
  std::promise<void> first;
  auto pending = start(std::move(made), [&first](const HttpReply& head, std::string_view piece) {
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(piece, "data: 1\n\n");
    first.set_value();
  });
  ASSERT_EQ(first.get_future().wait_for(kPatience), std::future_status::ready);
  token->cancel();
  const auto reply = get(std::move(pending));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(stub.wait_for_hang_up());
}

TEST_F(HttpClientTest, ACancelledRequestIsNeverSent) {
  auto made = request("api", "/x");
  made.cancel = std::make_shared<CancelToken>();
  made.cancel->cancel();
  EXPECT_EQ(fetch(std::move(made)).error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(stub.requests().empty());
}

TEST_F(HttpClientTest, CancelEndsAPauseBetweenAttempts) {
  services["api"].backoff_ms = 60'000ms;
  stub.on("/v1", StubAnswer::json("{}", 500));
  auto made = request("api", "/x");
  made.cancel = std::make_shared<CancelToken>();
  const auto token = made.cancel;
  auto pending = start(std::move(made));
  ASSERT_TRUE(stub.wait_for_requests(1));
  token->cancel();
  EXPECT_EQ(get(std::move(pending)).error().code, ErrorCode::kCancelled);
}

TEST_F(HttpClientTest, StopEndsWhatIsInFlightAndRefusesMore) {
  StubAnswer silent;
  silent.status = 0;
  silent.then = StubAnswer::Then::kHang;
  stub.on("/v1", silent);
  const auto made = request("api", "/x");
  auto pending = start(made);
  ASSERT_TRUE(stub.wait_for_requests(1));
  client().stop();
  EXPECT_EQ(get(std::move(pending)).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(fetch(made).error().code, ErrorCode::kUnavailable);
}

TEST_F(HttpClientTest, RefusesABodyOverTheLimit) {
  http.max_body_bytes = 1000;
  StubAnswer large;
  large.body = std::string(1001, 'x');
  stub.on("/v1", large);
  const auto reply = fetch("api", "/x");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kExhausted);
  EXPECT_THAT(reply.error().text, HasSubstr("http.max_body_bytes (1000)"));
}

TEST_F(HttpClientTest, RefusesEndlessHeaders) {
  StubAnswer large;
  for (int i = 0; i < 300; ++i) large.headers.emplace_back("x-" + std::to_string(i), std::string(1000, 'x'));
  stub.on("/v1", large);
  EXPECT_EQ(fetch("api", "/x").error().code, ErrorCode::kExhausted);
}

TEST_F(HttpClientTest, DeniesHostsThatAreNotOnTheListAndSaysHowToAllowThem) {
  http.allow_hosts = {};
  const auto reply = fetch("", stub.url() + "/x");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kDenied);
  EXPECT_THAT(reply.error().text, HasSubstr("host 127.0.0.1 is not allowed; add it to http.allow_hosts"));
  EXPECT_TRUE(stub.requests().empty());
}

TEST_F(HttpClientTest, ServesAllowedHostsWithoutAService) {
  stub.on("/feed", StubAnswer::json("[]"));
  EXPECT_EQ(fetch("", stub.url() + "/feed.xml")->body, "[]");
}

TEST_F(HttpClientTest, AServiceCannotBeLedElsewhere) {
  for (const char* url : {"//evil.test/x", "http://evil.test/", "../admin", "http://localhost:1/v1/x"}) {
    const auto reply = fetch("api", url);
    ASSERT_FALSE(reply) << url;
    EXPECT_TRUE(reply.error().code == ErrorCode::kDenied || reply.error().code == ErrorCode::kInvalid) << url;
  }
  EXPECT_TRUE(stub.requests().empty());
}

TEST_F(HttpClientTest, RefusesBadHeadersAndMethods) {
  for (const auto& [name, value] :
       Headers{{"x-bad", "a\r\nhost: evil"}, {"bad name", "x"}, {"Host", "evil.test"}, {"", "x"}}) {
    auto made = request("api", "/x");
    made.headers = {{name, value}};
    EXPECT_EQ(fetch(std::move(made)).error().code, ErrorCode::kInvalid) << name;
  }
  for (const char* method : {"", "get", "CONNECT", "TRACE", "GET / HTTP/1.1\r\nx:"}) {
    auto made = request("api", "/x");
    made.method = method;
    EXPECT_EQ(fetch(std::move(made)).error().code, ErrorCode::kInvalid) << method;
  }
  EXPECT_TRUE(stub.requests().empty());
}

StubAnswer redirect(const std::string& location) {
  StubAnswer answer;
  answer.status = 302;
  answer.headers = {{"location", location}};
  return answer;
}

TEST_F(HttpClientTest, FollowsRedirectsOnTheSameServerWithCredentials) {
  stub.on("/v1/old", redirect("/v1/new"));
  stub.on("/v1/new", StubAnswer::json("{}"));
  const auto reply = fetch("api", "/old");
  ASSERT_TRUE(reply) << reply.error().text;
  EXPECT_EQ(reply->url, stub.url() + "/v1/new");
  EXPECT_EQ(reply->attempts, 1);
  EXPECT_EQ(stub.requests().at(1).headers.count("authorization"), 1U);
}

TEST_F(HttpClientTest, ARedirectToAnotherServerGoesWithoutCredentialsAndOnlyWhenAllowed) {
  HttpStub other;
  other.on("/", StubAnswer::json("{}"));
  stub.on("/v1/away", redirect(other.url() + "/landing"));
  ASSERT_TRUE(fetch("api", "/away"));
  const auto seen = other.requests().at(0);
  EXPECT_EQ(seen.target, "/landing");
  EXPECT_EQ(seen.headers.count("authorization"), 0U);

  http.allow_hosts = {};
  restart();
  const auto denied = fetch("api", "/away");
  ASSERT_FALSE(denied);
  EXPECT_EQ(denied.error().code, ErrorCode::kDenied);
  EXPECT_THAT(denied.error().text, HasSubstr("redirected"));
  EXPECT_EQ(other.requests().size(), 1U);
}

TEST_F(HttpClientTest, RedirectsEndAndPostsAreNotRedirected) {
  stub.on("/v1/loop", redirect("/v1/loop"));
  EXPECT_EQ(fetch("api", "/loop").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(stub.requests().size(), 6U);
  auto made = request("api", "/loop");
  made.method = "POST";
  EXPECT_EQ(fetch(std::move(made))->status, 302);
  stub.on("/v1/file", redirect("file:///etc/passwd"));
  EXPECT_FALSE(fetch("api", "/file"));
}

TEST_F(HttpClientTest, NoMoreRequestsPerHostAtOnceThanAllowed) {
  http.max_connections_per_host = 2;
  StubAnswer slow = StubAnswer::json("{}");
  slow.delay = 5ms;
  stub.on("/v1", slow);
  std::vector<std::future<Result<HttpReply>>> pending;
  for (int i = 0; i < 12; ++i) pending.push_back(start(request("api", "/x")));
  for (auto& one : pending) EXPECT_TRUE(get(std::move(one)));
  EXPECT_EQ(stub.most_at_once(), 2U);
  EXPECT_LE(stub.connections(), 2U);
}

TEST_F(HttpClientTest, AWaitingRequestCanBeCancelledAndTheQueueGoesOn) {
  http.max_connections_per_host = 1;
  StubAnswer silent;
  silent.status = 0;
  silent.then = StubAnswer::Then::kHang;
  stub.then(silent);
  stub.then(StubAnswer::json("{}"));
  auto first = request("api", "/1");
  first.cancel = std::make_shared<CancelToken>();
  auto second = request("api", "/2");
  second.cancel = std::make_shared<CancelToken>();
  const auto cancel_first = first.cancel;
  const auto cancel_second = second.cancel;
  auto one = start(std::move(first));
  ASSERT_TRUE(stub.wait_for_requests(1));
  auto two = start(std::move(second));
  auto three = start(request("api", "/3"));
  cancel_second->cancel();
  EXPECT_EQ(get(std::move(two)).error().code, ErrorCode::kCancelled);
  cancel_first->cancel();
  EXPECT_EQ(get(std::move(one)).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(get(std::move(three))->status, 200);
}

TEST_F(HttpClientTest, ARateThatLeavesNoTurnBeforeTheDeadlineSaysSo) {
  services["api"].max_per_second = 0.01;  // one in 100 s
  stub.on("/v1", StubAnswer::json("{}"));
  EXPECT_TRUE(fetch("api", "/first"));
  auto made = request("api", "/second");
  made.deadline = std::chrono::steady_clock::now() + 10s;
  const auto reply = fetch(std::move(made));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kExhausted);
  EXPECT_EQ(stub.requests().size(), 1U);
}

TEST_F(HttpClientTest, SaysWhyAServiceIsOff) {
  services["no-key"] = services["api"];
  services["no-key"].require = {""};
  services["no-key"].enabled = false;  // as the settings leave it
  services["off"] = services["api"];
  services["off"].enabled = false;
  services["no-url"].require = {};
  EXPECT_TRUE(client().service("api"));
  EXPECT_THAT(client().service("no-key").error().text, HasSubstr("services.no-key.require is empty"));
  EXPECT_THAT(client().service("off").error().text, HasSubstr("services.off.enabled"));
  EXPECT_THAT(client().service("no-url").error().text, HasSubstr("services.no-url.base_url"));
  EXPECT_EQ(client().service("absent").error().code, ErrorCode::kNotFound);
}

TEST_F(HttpClientTest, RefusesToOpenWithAConfigurationThatCannotWork) {
  const auto problem = [this](const settings::Service& service) {
    const auto opened = HttpClient::open(http, {{"bad", service}});
    return opened ? std::string("<opened>") : opened.error().text;
  };
  settings::Service service;
  service.base_url = "ftp://example.org";
  EXPECT_THAT(problem(service), HasSubstr("services.bad.base_url"));
  service.base_url = "https://example.org/?key=1";
  EXPECT_THAT(problem(service), HasSubstr("query"));
  service.base_url = "https://example.org";
  service.headers["x-key"] = std::string(kKey) + "\n";
  EXPECT_THAT(problem(service), HasSubstr("line break"));
  EXPECT_THAT(problem(service), Not(HasSubstr(kKey)));
  http.cassette_mode = "tape";
  EXPECT_THAT(problem({}), HasSubstr("http.cassette_mode"));
}

}  // namespace
}  // namespace agenthost::outbound::test

#include "host/outbound/webhook_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "host/outbound/address_guard.hpp"
#include "tests/support/http_stub.hpp"

namespace agenthost::outbound {
namespace {

using testing::HasSubstr;

settings::Webhooks inside_allowed() {
  settings::Webhooks settings;
  settings.allow_private_addresses = true;
  return settings;
}

Result<int> post(WebhookClient& client, const std::string& url, const std::string& body = "{}") {
  std::promise<Result<int>> answered;
  client.post("hook-1", url, body, [&](Result<int> status) { answered.set_value(std::move(status)); });
  return answered.get_future().get();
}

TEST(WebhookClient, PostsJsonWithItsId) {
  test::HttpStub stub;
  stub.on("/hook", test::StubAnswer::json("{}", 202));
  WebhookClient client(inside_allowed(), "agenthost");
  EXPECT_EQ(post(client, stub.url() + "/hook?x=1", R"({"run_id":"r"})"), 202);
  const auto request = stub.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/hook?x=1");
  EXPECT_EQ(request.body, R"({"run_id":"r"})");
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  EXPECT_EQ(request.headers.at("x-agenthost-webhook-id"), "hook-1");
  EXPECT_EQ(request.headers.count("x-agenthost-signature"), 0U);
}

TEST(WebhookClient, SignsTimeAndBodyWhenThereIsASecret) {
  test::HttpStub stub;
  stub.on("/", test::StubAnswer::json("{}"));
  auto settings = inside_allowed();
  settings.secret = "s3cret";
  WebhookClient client(settings, "agenthost");
  EXPECT_EQ(post(client, stub.url() + "/", "body"), 200);
  const auto signature = stub.requests().at(0).headers.at("x-agenthost-signature");
  const auto time = std::stoll(signature.substr(2));
  EXPECT_EQ(signature, webhook_signature("s3cret", time, "body"));
}

// The value comes from another implementation: openssl dgst -sha256 -hmac key over "1700000000.{}".
TEST(WebhookSignature, IsTheHmacOfTimeAndBody) {
  const auto signature = webhook_signature("key", 1'700'000'000, "{}");
  EXPECT_EQ(signature, "t=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae");
  EXPECT_NE(signature, webhook_signature("kex", 1'700'000'000, "{}"));
  EXPECT_NE(signature, webhook_signature("key", 1'700'000'001, "{}"));
  EXPECT_NE(signature, webhook_signature("key", 1'700'000'000, "{ }"));
}

TEST(WebhookClient, APathLeadsToThisServer) {
  test::HttpStub stub;
  stub.on("/own", test::StubAnswer::json("{}"));
  WebhookClient client({}, "agenthost");
  client.set_home(stub.url());
  EXPECT_EQ(post(client, "/own/path"), 200) << "though it is on loopback";
  EXPECT_EQ(stub.requests().at(0).target, "/own/path");
}

TEST(WebhookClient, ConnectsToNoPrivateAddressWhateverTheNameIs) {
  test::HttpStub stub;
  stub.on("/", test::StubAnswer::json("{}"));
  WebhookClient client({}, "agenthost");
  const auto port = stub.url().substr(stub.url().rfind(':'));
  ASSERT_TRUE(client.check("http://localhost" + port + "/")) << "a name is not resolved when it is checked";
  const auto answer = post(client, "http://localhost" + port + "/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kDenied);
  EXPECT_THAT(answer.error().text, HasSubstr("not public"));
  EXPECT_EQ(stub.connections(), 0U);
}

TEST(WebhookClient, FollowsNoRedirect) {
  test::HttpStub stub;
  test::StubAnswer elsewhere;
  elsewhere.status = 307;
  elsewhere.headers = {{"location", "/other"}};
  stub.then(elsewhere);
  WebhookClient client(inside_allowed(), "agenthost");
  EXPECT_EQ(post(client, stub.url() + "/hook"), 307);
  EXPECT_EQ(stub.requests().size(), 1U);
}

TEST(WebhookClient, NobodyThereAndNoAnswerAreToldApartFromRefusals) {
  auto settings = inside_allowed();
  settings.timeout_ms = std::chrono::milliseconds(50);
  WebhookClient client(settings, "agenthost");
  std::string gone;
  {
    test::HttpStub stub;
    gone = stub.url();
    test::StubAnswer silent;
    silent.status = 0;
    silent.then = test::StubAnswer::Then::kHang;
    stub.then(silent);
    EXPECT_EQ(post(client, gone + "/").error().code, ErrorCode::kDeadline);
  }
  EXPECT_EQ(post(client, gone + "/").error().code, ErrorCode::kUnavailable);
  client.stop();
  EXPECT_EQ(post(client, gone + "/").error().code, ErrorCode::kCancelled);
}

class BadWebhook : public testing::TestWithParam<const char*> {};

TEST_P(BadWebhook, IsRefusedWhenTheRunIsCreated) {
  const WebhookClient client({}, "agenthost");
  const auto good = client.check(GetParam());
  ASSERT_FALSE(good);
  EXPECT_EQ(good.error().code, ErrorCode::kInvalid);
}

INSTANTIATE_TEST_SUITE_P(Hostile, BadWebhook,
                         testing::Values("", "hook", "//evil.example/x", "/\\evil.example",
                                         "file:///etc/passwd", "gopher://example.org/", "ftp://example.org/",
                                         "javascript:alert(1)", "http://user:pw@example.org/",
                                         "http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/",
                                         "http://[::1]/", "http://[::ffff:10.0.0.1]/",
                                         "https://169.254.169.254/latest/meta-data", "https://10.1.2.3/",
                                         "https://192.168.0.1/", "http://[fe80::1]/", "http://[fd00::1]/"));

TEST(WebhookClient, OnlyAllowedHostsMayBeNamed) {
  settings::Webhooks settings;
  settings.allow_hosts = {"*.example.org"};
  const WebhookClient client(settings, "agenthost");
  EXPECT_TRUE(client.check("https://hooks.example.org/x"));
  EXPECT_TRUE(client.check("/own"));
  EXPECT_FALSE(client.check("https://example.com/x"));
}

TEST(AddressGuard, KnowsWhatIsPublic) {
  for (const auto* host : {"8.8.8.8", "1.1.1.1", "[2606:4700::1111]", "172.32.0.1", "example.org"})
    EXPECT_TRUE(is_public_host(host)) << host;
  for (const auto* host :
       {"0.0.0.0", "10.0.0.1", "100.64.0.1", "127.9.9.9", "172.31.255.255", "192.168.1.1", "198.19.0.1",
        "224.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::127.0.0.1]", "[fc00::1]", "[ff02::1]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]", "[2001::1]"})
    EXPECT_FALSE(is_public_host(host)) << host;
}

}  // namespace
}  // namespace agenthost::outbound

#include "host/outbound/url.hpp"

#include <gtest/gtest.h>

namespace agenthost::outbound {
namespace {

TEST(Url, IsNormalised) {
  const auto url = parse_url("HTTPS://API.Example.org./a/./b/../c?q=1#part");
  ASSERT_TRUE(url) << url.error().text;
  EXPECT_EQ(url->text(), "https://api.example.org/a/c?q=1");
  EXPECT_EQ(url->origin(), "https://api.example.org:443");
}

TEST(Url, KeepsAnUnusualPortAndEncodesRawBytes) {
  const auto url = parse_url("http://127.0.0.1:8080/búsqueda");
  ASSERT_TRUE(url) << url.error().text;
  EXPECT_EQ(url->text(), "http://127.0.0.1:8080/b%C3%BAsqueda");
}

TEST(Url, SpellsNumericHostsOneWay) {
  EXPECT_EQ(parse_url("http://0x7f.1/")->host, "127.0.0.1");
}

class BadUrl : public testing::TestWithParam<const char*> {};

TEST_P(BadUrl, IsRefused) {
  const auto url = parse_url(GetParam());
  ASSERT_FALSE(url) << url->text();
  EXPECT_EQ(url.error().code, ErrorCode::kInvalid);
}

INSTANTIATE_TEST_SUITE_P(Hostile, BadUrl,
                         testing::Values("", "/relative", "example.org/x", "file:///etc/passwd",
                                         "ftp://example.org/", "gopher://example.org/", "http://",
                                         "http://user:pw@example.org/", "http://example.org/a b",
                                         "http://example.org/\r\nx: y", "http://example.org\\@evil/",
                                         "http://example.org:99999/", "javascript:alert(1)",
                                         "?u=http://example.org/"));

TEST(Url, ErrorsHideUserAndQuery) {
  const auto text = parse_url("http://user:hunter2@example.org/?key=s3cret").error().text;
  EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
  EXPECT_EQ(text.find("s3cret"), std::string::npos) << text;
}

TEST(JoinBelow, TakesPathsWithAndWithoutSlash) {
  const auto base = *parse_url("https://api.example.org/v1/");
  EXPECT_EQ(join_below(base, "/search?q=x")->text(), "https://api.example.org/v1/search?q=x");
  EXPECT_EQ(join_below(base, "search")->text(), "https://api.example.org/v1/search");
  EXPECT_EQ(join_below(base, "?q=x")->text(), "https://api.example.org/v1?q=x");
  EXPECT_EQ(join_below(base, "")->text(), "https://api.example.org/v1/");
  EXPECT_EQ(join_below(base, "models/a:generate?u=https://other.org/..")->text(),
            "https://api.example.org/v1/models/a:generate?u=https://other.org/..");
}

TEST(JoinBelow, TakesAnAbsoluteUrlBelowTheBase) {
  const auto base = *parse_url("https://api.example.org/v1");
  EXPECT_TRUE(join_below(base, "https://api.example.org/v1/page/2"));
  EXPECT_TRUE(join_below(base, "https://api.example.org:443/v1?cursor=x"));
}

class Escape : public testing::TestWithParam<const char*> {};

TEST_P(Escape, IsRefused) {
  const auto base = *parse_url("https://api.example.org/v1");
  const auto url = join_below(base, GetParam());
  EXPECT_FALSE(url) << url->text();
}

INSTANTIATE_TEST_SUITE_P(Hostile, Escape,
                         testing::Values("//evil.org/x", "https://evil.org/", "http://api.example.org/v1/x",
                                         "https://api.example.org:444/v1/x", "https://api.example.org/v2/x",
                                         "https://api.example.org/v1x",
                                         "https://api.example.org@evil.org/v1/x", "../admin",
                                         "/a/../../admin", "/%2e%2e/admin", "/.%2E/admin", "..",
                                         "\\\\evil.org\\x", "/a\\..\\b", "/a b", "/x\nhost: evil.org"));

TEST(JoinBelow, AnAtSignStaysInThePath) {
  const auto url = join_below(*parse_url("https://api.example.org"), "@evil.org/x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "api.example.org");
}

TEST(HostAllowed, MatchesExactlyOrBelow) {
  EXPECT_TRUE(host_allowed("example.org", {"Example.org"}));
  EXPECT_TRUE(host_allowed("a.b.example.org", {"*.example.org"}));
  EXPECT_TRUE(host_allowed("anything", {"*"}));
  EXPECT_FALSE(host_allowed("example.org", {"*.example.org"}));
  EXPECT_FALSE(host_allowed("badexample.org", {"*.example.org", "example.org"}));
  EXPECT_FALSE(host_allowed("example.org.evil.net", {"example.org"}));
  EXPECT_FALSE(host_allowed("127.0.0.1", {}));
}

TEST(ResolveRedirect, KnowsRelativeAndAbsolute) {
  const auto from = *parse_url("https://a.org/x/y?q=1");
  EXPECT_EQ(resolve_redirect(from, "z")->text(), "https://a.org/x/z");
  EXPECT_EQ(resolve_redirect(from, "//b.org/")->host, "b.org");
  EXPECT_FALSE(resolve_redirect(from, "file:///etc/passwd"));
}

}  // namespace
}  // namespace agenthost::outbound

#include "host/server/request_parser.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace agenthost::server {
namespace {

using State = RequestParser::State;

constexpr ParseLimits kLimits{32U << 10U, 1U << 20U};

struct Outcome {
  int status = 0;  // 200 = a request came out, 0 = more is needed, otherwise what it is refused with
  routers::Request request;
  std::size_t used = 0;
  bool keep_alive = false;
};

// Offers the bytes in pieces of `step`, as a connection does: what was not used comes again with more behind
// it.
Outcome parse(std::string_view bytes, std::size_t step = std::string_view::npos) {
  RequestParser parser(kLimits);
  Outcome outcome;
  for (std::size_t end = 0; end < bytes.size();) {
    end = step > bytes.size() - end ? bytes.size() : end + step;
    outcome.used += parser.feed(bytes.substr(outcome.used, end - outcome.used));
    if (parser.state() == State::kFailed) {
      outcome.status = parser.failure().status;
      EXPECT_FALSE(parser.failure().text.empty());
      return outcome;
    }
    if (parser.state() == State::kComplete) {
      outcome.status = 200;
      outcome.keep_alive = parser.keep_alive();
      outcome.request = parser.take();
      return outcome;
    }
  }
  return outcome;
}

struct Case {
  const char* name;
  int status;
  std::string bytes;
};

// Both in one piece and byte by byte: where the network cuts must not matter.
void expect_all(const std::vector<Case>& cases) {
  for (const auto& [name, status, bytes] : cases) {
    EXPECT_EQ(parse(bytes).status, status) << name;
    EXPECT_EQ(parse(bytes, 1).status, status) << name << ", byte by byte";
  }
}

std::string with_header(const std::string& line) {
  return "GET /x HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n";
}
std::string posted(const std::string& headers, const std::string& body) {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

TEST(RequestParser, SplitsARequest) {
  const auto outcome = parse(
      "POST /a%20b/c?x=1&y=%2F?z HTTP/1.1\r\nHost: a\r\nX-MiXed:  v 1\t\r\nContent-Length: "
      "5\r\n\r\nhelloREST");
  ASSERT_EQ(outcome.status, 200);
  EXPECT_EQ(outcome.request.method, routers::Method::kPost);
  EXPECT_EQ(outcome.request.path, "/a%20b/c");
  EXPECT_EQ(outcome.request.query, "x=1&y=%2F?z");
  EXPECT_EQ(outcome.request.body, "hello");
  ASSERT_NE(outcome.request.header("x-mixed"), nullptr);
  EXPECT_EQ(*outcome.request.header("x-mixed"), "v 1");
  EXPECT_EQ(outcome.request.header("absent"), nullptr);
  EXPECT_TRUE(outcome.keep_alive);
}

TEST(RequestParser, StopsBehindTheRequestAndStartsOver) {
  const std::string two = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.0\r\n\r\n";
  RequestParser parser(kLimits);
  const auto used = parser.feed(two);
  ASSERT_EQ(parser.state(), State::kComplete);
  EXPECT_EQ(parser.take().path, "/1");
  EXPECT_EQ(parser.state(), State::kStart);
  EXPECT_EQ(parser.feed(std::string_view(two).substr(used)), two.size() - used);
  ASSERT_EQ(parser.state(), State::kComplete);
  EXPECT_FALSE(parser.keep_alive());
  const auto second = parser.take();
  EXPECT_EQ(second.path, "/2");
  EXPECT_TRUE(second.headers.empty()) << "nothing of the first request may stay";
}

TEST(RequestParser, JoinsChunksAndIgnoresTrailers) {
  for (const std::size_t step : {std::string_view::npos, std::size_t{1}, std::size_t{3}}) {
    const auto outcome =
        parse(posted("Transfer-Encoding: chunked\r\n",
                     "5;n=v;q=\"a b\"\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: no\r\n\r\n"),
              step);
    ASSERT_EQ(outcome.status, 200);
    EXPECT_EQ(outcome.request.body, "hello world");
    EXPECT_EQ(outcome.request.header("x-trailer"), nullptr);
  }
}

TEST(RequestParser, RefusesEveryAmbiguousLengthOrHost) {
  expect_all({
      {"two different lengths", 400, posted("Content-Length: 3\r\nContent-Length: 10\r\n", "abcdefghij")},
      {"the same length twice is consistent", 200,
       posted("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")},
      {"a list of lengths", 400, posted("Content-Length: 3, 3\r\n", "abc")},
      {"length with spaces around", 200, posted("Content-Length:  3 \r\n", "abc")},
      {"length of letters", 400, posted("Content-Length: abc\r\n", "hello")},
      {"empty length", 400, posted("Content-Length:\r\n", "")},
      {"negative length", 400, posted("Content-Length: -1\r\n", "")},
      {"length with plus", 400, posted("Content-Length: +0\r\n", "")},
      {"hexadecimal length", 400, posted("Content-Length: 0x5\r\n", "hello")},
      {"length beyond 64 bits", 400, posted("Content-Length: 99999999999999999999\r\n", "")},
      {"length of a terabyte", 413, posted("Content-Length: 1000000000000\r\n", "")},
      {"blank before the colon", 400, posted("Content-Length : 3\r\n", "abc")},
      {"length and chunked", 400, posted("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"chunked and length", 400, posted("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n")},
      {"chunked, then identity", 400,
       posted("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")},
      {"chunked twice", 400,
       posted("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"xchunked", 400, posted("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
      {"a prefix of chunked", 400, posted("Transfer-Encoding: ch\r\n", "0\r\n\r\n")},
      {"gzip, chunked", 400, posted("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
      {"identity", 400, posted("Transfer-Encoding: identity\r\n", "")},
      {"empty transfer coding", 400, posted("Transfer-Encoding:\r\n", "")},
      {"chunked behind a tab, in capitals", 200,
       posted("Transfer-Encoding:\tCHUNKED\r\n", "3\r\nabc\r\n0\r\n\r\n")},
      {"chunked in HTTP/1.0", 400, "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"no Host", 400, "GET /x HTTP/1.1\r\n\r\n"},
      {"no Host in HTTP/1.0", 200, "GET /x HTTP/1.0\r\n\r\n"},
      {"two Hosts", 400, "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
      {"the same Host twice", 400, "GET /x HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"},
  });
}

TEST(RequestParser, RefusesLinesThatAreNotOne) {
  expect_all({
      {"bare LF after a header", 400, "GET /x HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"},
      {"bare CR in a value", 400, with_header("X: a\rb")},
      {"folded value", 400, with_header("X: a\r\n b")},
      {"value folded from its start", 400, with_header("X:\r\n b")},
      {"value folded into nothing", 400, with_header("X: a\r\n ")},
      {"folded before the first header", 400, "GET /x HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n"},
      {"folded transfer coding", 400, posted("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
      {"no colon", 400, with_header("NoColonHere")},
      {"empty name", 400, with_header(": emptyname")},
      {"control byte in a value", 400,
       with_header("X: a\x01"
                   "b")},
      {"NUL in a value", 400, with_header(std::string("X: a\0b", 6))},
      {"DEL in a value", 400,
       with_header("X: a\x7f"
                   "b")},
      {"NUL in a name", 400, with_header(std::string("X\0Y: a", 6))},
      {"tab before a value", 200, with_header("X:\tv")},
      {"latin-1 or UTF-8 in a value", 200, with_header("X: \xff\xfe")},
      {"empty value", 200, with_header("User-Agent: ")},
  });
}

TEST(RequestParser, RefusesBadRequestLines) {
  expect_all({
      {"NUL in the path", 400, std::string("GET /x\0y HTTP/1.1\r\nHost: a\r\n\r\n", 30)},
      {"raw UTF-8 in the path", 400, "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"blank in the path", 400, "GET /x y HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"fragment in the path", 400, "GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"%00 is the router's to judge", 200, "GET /u/%00 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"no leading slash", 400, "GET x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"asterisk for GET", 400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"asterisk for OPTIONS", 200, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"absolute form", 200, "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"no target", 400, "GET  HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"two blanks", 400, "GET  /x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"HTTP/0.9", 400, "GET /x\r\n\r\n"},
      {"HTTP/2.0", 505, "GET /x HTTP/2.0\r\nHost: a\r\n\r\n"},
      {"HTTP/1.2", 505, "GET /x HTTP/1.2\r\nHost: a\r\n\r\n"},
      {"h2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
      {"lower-case protocol", 400, "GET /x http/1.1\r\nHost: a\r\n\r\n"},
      {"TLS hello", 400, std::string("\x16\x03\x01\x02\x00\x01\x00", 7)},
      {"unknown method", 501, "BREW /x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"methods are case-sensitive", 501, "get /x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"CONNECT", 501, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"one empty line before", 200, "\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"two empty lines before", 400, "\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n"},
  });
}

TEST(RequestParser, RefusesBrokenChunks) {
  const auto chunked = [](const std::string& body) { return posted("Transfer-Encoding: chunked\r\n", body); };
  expect_all({
      {"no number", 400, chunked("xyz\r\n\r\n")},
      {"negative number", 400, chunked("-1\r\n\r\n")},
      {"number beyond 64 bits", 400, chunked("FFFFFFFFFFFFFFFFF\r\n")},
      {"chunk beyond the body limit", 413, chunked("7fffffff\r\n")},
      {"blank before the number", 400, chunked(" 5\r\nhello\r\n0\r\n\r\n")},
      {"bare LF behind the number", 400, chunked("5\nhello\r\n0\r\n\r\n")},
      {"data longer than said", 400, chunked("5\r\nhello!\r\n0\r\n\r\n")},
      {"data without its CRLF", 400, chunked("5\r\nhelloXX0\r\n\r\n")},
      {"malformed extension", 400, chunked("5;=\r\nhello\r\n0\r\n\r\n")},
      {"folded trailer", 400, chunked("0\r\nX: a\r\n b\r\n\r\n")},
      {"length in the trailers", 400, chunked("0\r\nContent-Length: 5\r\n\r\n")},
      {"extension without end", 431, chunked("5;" + std::string(9'000, 'x'))},
      {"trailers without end", 431, chunked("0\r\nX: " + std::string(9'000, 'x'))},
  });
}

TEST(RequestParser, HoldsItsLimits) {
  std::string many = "GET /x HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 120; ++i) many += "X: y\r\n";
  std::string wide = "GET /x HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 90; ++i) wide += "X: " + std::string(1'000, 'y') + "\r\n";
  expect_all({
      {"100 kB of target", 431, "GET /" + std::string(100'000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"one header of 40 kB", 431, with_header("X: " + std::string(40'000, 'x'))},
      {"90 headers of 1 kB", 431, wide},
      {"120 headers", 431, many + "\r\n"},
      {"40 kB of method", 431, std::string(40'000, 'A')},
      {"20 kB of header are fine", 200, with_header("X: " + std::string(20'000, 'x'))},
      {"body at the limit", 200, posted("Content-Length: 1048576\r\n", std::string(1'048'576, 'b'))},
      {"body over the limit, from its announcement", 413, posted("Content-Length: 1048577\r\n", "")},
  });
}

TEST(RequestParser, KnowsExpectations) {
  RequestParser parser(kLimits);
  const auto head = posted("Expect: 100-Continue\r\nContent-Length: 5\r\n", "");
  EXPECT_EQ(parser.feed(head), head.size());
  EXPECT_EQ(parser.state(), State::kBody);
  EXPECT_TRUE(parser.expects_continue());
  expect_all({{"another expectation", 417, with_header("Expect: foo")},
              {"another expectation in HTTP/1.0", 200, "GET /x HTTP/1.0\r\nExpect: foo\r\n\r\n"}});
}

TEST(RequestParser, KnowsWhenTheConnectionStaysOpen) {
  const auto kept = [](const std::string& version, const std::string& connection) {
    const auto outcome = parse("GET /x HTTP/" + version + "\r\nHost: a\r\n" + connection + "\r\n");
    EXPECT_EQ(outcome.status, 200);
    return outcome.keep_alive;
  };
  EXPECT_TRUE(kept("1.1", ""));
  EXPECT_TRUE(kept("1.1", "Connection: Upgrade\r\n"));
  EXPECT_TRUE(kept("1.1", "Connection:\r\n"));
  EXPECT_FALSE(kept("1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(kept("1.1", "Connection: x, close\r\n"));
  EXPECT_FALSE(kept("1.0", ""));
  EXPECT_TRUE(kept("1.0", "Connection: Keep-Alive\r\n"));
}

// Headers a typed parser trips over; all of these come from real clients and none is this server's business.
TEST(RequestParser, PassesOnWhatItNeedNotUnderstand) {
  for (const std::string line :
       {"Accept: */*",
        "Accept: text/event-stream",
        "Accept: application/json, text/event-stream",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8,application/"
        "signed-exchange;v=b3;q=0.7",
        "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
        "Accept: *",
        "Accept:",
        "Accept: ",
        "Accept: application/json;q=0.9999",
        "Accept: model/gltf",
        "Accept: font/woff2",
        "Accept: foo",
        "Accept: text/plain,",
        "Accept: application/json, ,text/plain",
        "Accept: application/vnd.api+json; profile=\"x, y\"",
        "Content-Type: application/json",
        "Content-Type: application/json;charset=\"utf-8\"",
        "Content-Type: application/json;",
        "Content-Type: application/json-patch+json",
        "Content-Type: application/jsonl",
        "Content-Type: multipart/form-data; boundary=----WebKitFormBoundaryABC",
        "Content-Type:",
        "Content-Type: json",
        "Content-Type: application/json; =b",
        "Cache-Control: no-cache",
        "Cache-Control: immutable",
        "Cache-Control: No-Cache",
        "Cache-Control: max-age",
        "Cache-Control: max-age=\"3\"",
        "Cache-Control: x=y",
        "Cookie: a=b; c=d",
        "Cookie: a",
        "Cookie: a=b; c",
        "Cookie: =x",
        "Cookie: ;",
        "Cookie: a=b=c; d=\"x;y\"",
        "Set-Cookie: a=b; Max-Age=abc",
        "Date: foo",
        "If-Modified-Since: foo",
        "Authorization: Bearer x",
        "Authorization:",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "Content-Encoding: br",
        "Location: x",
        "Allow: GET",
        "Upgrade: websocket",
        "Access-Control-Request-Method: POST",
        "Origin: null",
        "Content-Length: 0"}) {
    const auto outcome = parse(with_header(line));
    EXPECT_EQ(outcome.status, 200) << line;
    EXPECT_EQ(outcome.request.headers.size(), 2U) << line;
  }
  for (const char* host : {"a:b", "localhost:", "[::1]:3000", "a:99999", "fe80::1"}) {
    EXPECT_EQ(parse("GET /x HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n").status, 200) << host;
  }
}

}  // namespace
}  // namespace agenthost::server

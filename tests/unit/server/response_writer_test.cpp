#include "host/server/response_writer.hpp"

#include <gtest/gtest.h>

#include "host/server/http_date.hpp"

namespace agenthost::server {
namespace {

const Cors kNoOrigins{{"https://only.example"}};

std::string head(int status, const routers::Headers& headers, Framing framing, const AnswerTo& request) {
  std::string out;
  append_head(out, status, "text/plain", headers, framing, request, kNoOrigins, "D");
  return out;
}

TEST(ResponseHead, HasStatusDateTypeLengthAndTheCallersHeaders) {
  EXPECT_EQ(head(200, {{"Location", "/x"}}, framing_for(200, 5), {}),
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nVary: Origin\r\n"
            "Location: /x\r\n\r\n");
}

TEST(ResponseHead, SaysAReasonForKnownStatusesOnly) {
  EXPECT_EQ(head(404, {}, {}, {}).rfind("HTTP/1.1 404 Not Found\r\n", 0), 0U);
  EXPECT_EQ(head(299, {}, {}, {}).rfind("HTTP/1.1 299 \r\n", 0), 0U);
}

TEST(ResponseHead, CannotBeForgedThroughHeaders) {
  const auto out = head(200,
                        {{"X-Value", "a\r\nSet-Cookie: evil=1\r\n\r\n<html>"},
                         {"X-Nul", std::string("a\0b", 3)},
                         {"Bad Name", "x"},
                         {"Evil\r\nX", "x"},
                         {"", "x"}},
                        {}, {});
  EXPECT_NE(out.find("X-Value: a  Set-Cookie: evil=1    <html>\r\n"), std::string::npos) << out;
  EXPECT_NE(out.find("X-Nul: a b\r\n"), std::string::npos);
  EXPECT_EQ(out.find("Bad Name"), std::string::npos);
  EXPECT_EQ(out.find("Evil"), std::string::npos);
  EXPECT_EQ(out.find("\r\n\r\n"), out.size() - 4);
}

TEST(ResponseHead, LeavesFramingToTheServer) {
  const auto out =
      head(200, {{"Content-Length", "9"}, {"transfer-encoding", "x"}, {"CONNECTION", "x"}, {"Date", "x"}},
           framing_for(200, 5), {});
  EXPECT_EQ(out.find("9"), std::string::npos);
  EXPECT_EQ(out.find("x\r\n"), std::string::npos) << out;
}

TEST(ResponseHead, HasNoLengthWhereThereCanBeNoBody) {
  for (const int status : {204, 304}) {
    EXPECT_EQ(head(status, {}, framing_for(status, 5), {}).find("Content-Length"), std::string::npos);
    EXPECT_FALSE(has_body({}, status));
  }
  EXPECT_TRUE(has_body({}, 200));
  EXPECT_FALSE(has_body({.method = routers::Method::kHead}, 200));
  EXPECT_EQ(framing_for(200, 5).length, 5U);
}

TEST(ResponseHead, SaysWhatDiffersFromTheVersionsDefault) {
  const auto says = [](int minor, Persistence persistence, const char* text) {
    return head(200, {}, {}, {.http_minor = minor, .persistence = persistence}).find(text) !=
           std::string::npos;
  };
  EXPECT_FALSE(says(1, Persistence::kKeepAlive, "Connection"));
  EXPECT_TRUE(says(1, Persistence::kClose, "Connection: close\r\n"));
  EXPECT_TRUE(says(0, Persistence::kKeepAlive, "Connection: keep-alive\r\n"));
  EXPECT_TRUE(says(0, Persistence::kClose, "Connection: close\r\n"));
}

TEST(ErrorResponse, IsJsonWhateverTheText) {
  const auto response = error_response(400, "a \"b\"\n");
  EXPECT_EQ(response.body, R"({"detail":"a \"b\"\n"})");
  EXPECT_EQ(response.content_type, "application/json");
}

TEST(HttpDate, IsTheFormOfTheStandard) {
  HttpDate date;
  EXPECT_EQ(date.at(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace agenthost::server

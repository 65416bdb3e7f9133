#include "host/outbound/cassette.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/unit/outbound/http_bench.hpp"

namespace agenthost::outbound::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string all_text_in(const std::filesystem::path& folder) {
  std::ostringstream text;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    text << entry.path().filename().string() << "\n" << std::ifstream(entry.path()).rdbuf();
  }
  return text.str();
}

class CassetteTest : public HttpBench {
 protected:
  CassetteTest() { http.cassette_directory = folder.path(); }
  TemporaryFolder folder;
};

TEST_F(CassetteTest, ReplaysWhatWasRecordedWithTheServerGone) {
  stub.on("/v1/a", StubAnswer::json(R"({"name":"ñandú"})"));
  StubAnswer image;
  image.body = std::string("\x89PNG\0\xFF", 6);
  stub.on("/v1/b", image);
  http.cassette_mode = "record";
  ASSERT_TRUE(fetch("api", "/a"));
  ASSERT_TRUE(fetch("api", "/b"));

  http.cassette_mode = "replay";
  restart();
  stub.stop();
  const auto text = fetch("api", "/a");
  ASSERT_TRUE(text) << text.error().text;
  EXPECT_EQ(text->status, 200);
  EXPECT_EQ(text->body, R"({"name":"ñandú"})");
  EXPECT_EQ(header_value(text->headers, "content-type"), "application/json");
  EXPECT_EQ(fetch("api", "/b")->body, image.body);
}

TEST_F(CassetteTest, ReplayFeedsPiecesToo) {
  stub.on("/v1", StubAnswer::events({"data: 1\n", "\ndata: 2\n\n"}));
  http.cassette_mode = "record";
  ASSERT_TRUE(fetch("api", "/s"));
  http.cassette_mode = "replay";
  restart();
  std::string seen;
  ASSERT_TRUE(
      get(start(request("api", "/s"), [&](const HttpReply&, std::string_view piece) { seen += piece; })));
  EXPECT_EQ(seen, "data: 1\n\ndata: 2\n\n");
}

TEST_F(CassetteTest, HoldsNoKeyEvenWhenTheServerEchoesIt) {
  auto echo = StubAnswer::json(std::string(R"({"you_sent":")") + kKey + "\"}");
  echo.headers.emplace_back("x-echo", std::string("Bearer ") + kKey);
  echo.headers.emplace_back("set-cookie", "session=abc");
  stub.on("/v1", echo);
  http.cassette_mode = "record";
  ASSERT_TRUE(fetch("api", "/a"));
  const auto text = all_text_in(folder.path());
  EXPECT_THAT(text, HasSubstr("you_sent"));
  EXPECT_THAT(text, Not(HasSubstr(kKey)));
  EXPECT_THAT(text, Not(HasSubstr("session=abc")));
}

TEST_F(CassetteTest, ANewKeyStillFindsTheOldRecording) {
  stub.on("/v1", StubAnswer::json("{}"));
  http.cassette_mode = "record";
  ASSERT_TRUE(fetch("api", "/a"));
  http.cassette_mode = "replay";
  services["api"].headers["authorization"] = "Bearer another-key-altogether";
  services["api"].query["apikey"] = "another-key-altogether";
  restart();
  EXPECT_TRUE(fetch("api", "/a"));
}

TEST_F(CassetteTest, AMissingOneNamesTheFileAndHowToRecordIt) {
  http.cassette_mode = "replay";
  const auto reply = fetch("api", "/never");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(reply.error().text, HasSubstr(folder.path().string() + "/api-"));
  EXPECT_THAT(reply.error().text, HasSubstr("http.cassette_mode: record"));
  EXPECT_TRUE(stub.requests().empty());
}

TEST_F(CassetteTest, EveryPartOfTheRequestCounts) {
  const Cassette cassette(Cassette::Mode::kReplay, folder.path());
  const CassetteKey key{"api", "POST", "/a", "body"};
  for (const auto& other : {CassetteKey{"apo", "POST", "/a", "body"}, CassetteKey{"api", "PUT", "/a", "body"},
                            CassetteKey{"api", "POST", "/ab", "ody"}, CassetteKey{"api", "POST", "/a", ""}}) {
    EXPECT_NE(cassette.file_for(key), cassette.file_for(other));
  }
}

TEST_F(CassetteTest, ABrokenFileIsAnErrorWithItsName) {
  const Cassette cassette(Cassette::Mode::kReplay, folder.path());
  const CassetteKey key{"../../x", "GET", "/a", ""};
  EXPECT_EQ(cassette.file_for(key).parent_path(), folder.path());
  for (const char* text :
       {"", "{", "[]", R"({"response":{}})", R"({"response":{"status":200,"body_base64":"%%%"}})"}) {
    std::ofstream(cassette.file_for(key)) << text;
    const auto reply = cassette.replay(key);
    ASSERT_FALSE(reply) << text;
    EXPECT_THAT(reply.error().text, HasSubstr(cassette.file_for(key).string()));
  }
}

}  // namespace
}  // namespace agenthost::outbound::test

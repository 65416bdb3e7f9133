// A client of the Model Context Protocol against a server that says what the test tells it to.
#include <gmock/gmock.h>

#include "host/base/json.hpp"
#include "host/outbound/mcp_client.hpp"
#include "tests/unit/outbound/http_bench.hpp"

namespace agenthost::outbound::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class McpClientTest : public HttpBench {
 protected:
  McpClientTest() {
    auto& server = servers["issues"];
    server.base_url = stub.url() + "/mcp";
    server.headers["authorization"] = std::string("Bearer ") + kKey;
    server.backoff_ms = 1ms;
  }
  ~McpClientTest() override {
    client().stop();
    work.stop();
  }

  McpClient& tools() {
    if (!tools_) {
      auto opened = McpClient::open(client(), work, servers);
      if (!opened) ADD_FAILURE() << opened.error().text;
      tools_ = std::move(*opened);
    }
    return *tools_;
  }

  struct Pending {
    McpCall call;
    std::future<Result<std::string>> result;
  };
  static Pending pending(std::string server, CancelTokenPtr cancel = nullptr) {
    auto promise = std::make_shared<std::promise<Result<std::string>>>();
    Pending made;
    made.result = promise->get_future();
    made.call.server = std::move(server);
    made.call.cancel = std::move(cancel);
    made.call.done = [promise](Result<std::string> result) { promise->set_value(std::move(result)); };
    return made;
  }
  std::future<Result<std::string>> start_call(const std::string& server = "issues",
                                              CancelTokenPtr cancel = nullptr) {
    auto made = pending(server, std::move(cancel));
    tools().call(std::move(made.call), "search", R"({"query":"x"})");
    return std::move(made.result);
  }
  Result<std::string> call(const std::string& server = "issues") { return get(start_call(server)); }
  Result<std::string> list() {
    auto made = pending("issues");
    tools().list(std::move(made.call));
    return get(std::move(made.result));
  }

  // The answers to initialize, the request of this id, and to what follows it.
  void open_session(int id = 1, const std::string& session = "s-1") {
    auto agreed = result(id, R"({"protocolVersion":"2025-06-18","capabilities":{"tools":{}}})");
    agreed.headers.emplace_back("mcp-session-id", session);
    stub.then(std::move(agreed));
    stub.then(StubAnswer::json("", 202));
  }
  static StubAnswer result(int id, const std::string& json) {
    return StubAnswer::json(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":)" + json + "}");
  }
  std::vector<std::string> methods() {
    std::vector<std::string> all;
    for (const auto& request : stub.requests())
      all.emplace_back(string_member(*parse_json(request.body), "method"));
    return all;
  }

  std::map<std::string, settings::Service> servers;
  ThreadPool work{"work", 2};

 private:
  std::unique_ptr<McpClient> tools_;
};

TEST_F(McpClientTest, ShakesHandsOnceAndCallsWithItsSession) {
  open_session();
  stub.then(result(2, R"({"content":[{"type":"text","text":"found"}],"isError":false})"));
  EXPECT_EQ(call(), R"({"content":[{"type":"text","text":"found"}],"isError":false})");
  stub.then(result(3, R"({"content":[],"isError":true})"));
  EXPECT_EQ(call(), R"({"content":[],"isError":true})") << "a tool's failure is an answer";
  EXPECT_THAT(methods(), ElementsAre("initialize", "notifications/initialized", "tools/call", "tools/call"));
  const auto requests = stub.requests();
  EXPECT_EQ(requests[0].target, "/mcp");
  EXPECT_EQ(requests[0].headers.count("mcp-session-id"), 0U);
  EXPECT_EQ(
      requests[2].body,
      R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"search","arguments":{"query":"x"}}})");
  for (const auto index : {1U, 2U, 3U}) {
    const auto& headers = requests[index].headers;
    EXPECT_EQ(headers.at("mcp-session-id"), "s-1");
    EXPECT_EQ(headers.at("mcp-protocol-version"), "2025-06-18");
    EXPECT_EQ(headers.at("accept"), "application/json, text/event-stream");
    EXPECT_EQ(headers.at("authorization"), std::string("Bearer ") + kKey);
  }
}

TEST_F(McpClientTest, ReadsTheAnswerFromAStreamThatStaysOpen) {
  open_session();
  auto stream = StubAnswer::events(
      {"event: message\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{}}\n\n",
       "data: {\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":2,",
       "\"result\":{\"content\":[]}}\n\n"});
  stream.then = StubAnswer::Then::kHang;
  stub.then(std::move(stream));
  EXPECT_EQ(call(), R"({"content":[]})");
}

TEST_F(McpClientTest, TurnsThePagesOfAList) {
  open_session();
  stub.then(result(2, R"({"tools":[{"name":"a"}],"nextCursor":"p2"})"));
  stub.then(result(3, R"({"tools":[{"name":"b"}]})"));
  EXPECT_EQ(list(), R"({"tools":[{"name":"a"},{"name":"b"}]})");
  EXPECT_THAT(stub.requests().back().body, HasSubstr(R"("params":{"cursor":"p2"})"));
}

TEST_F(McpClientTest, OpensALostSessionAnewOncePerCall) {
  open_session();
  stub.then(StubAnswer::json(R"({"error":"gone"})", 404));
  open_session(3, "s-2");
  stub.then(result(4, "{}"));
  EXPECT_EQ(call(), "{}");
  EXPECT_EQ(stub.requests().back().headers.at("mcp-session-id"), "s-2");

  stub.then(StubAnswer::json("", 404));
  open_session(6, "s-3");
  stub.then(StubAnswer::json("", 404));
  const auto twice = call();
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().text, HasSubstr("HTTP 404"));
}

TEST_F(McpClientTest, ACallIsNeverRepeatedButAQuestionIs) {
  open_session();
  stub.then(StubAnswer::json("busy", 503));
  const auto failed = call();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(failed.error().text, R"(tools "issues": HTTP 503: busy)");
  EXPECT_EQ(methods().size(), 3U);
  stub.then(StubAnswer::json("busy", 503));
  stub.then(result(3, R"({"tools":[]})"));
  EXPECT_EQ(list(), R"({"tools":[]})");
}

TEST_F(McpClientTest, SaysWhatTheServerRefusedInItsWordsWithoutTheKey) {
  open_session();
  stub.then(
      StubAnswer::json(R"({"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"Unknown tool; key )" +
                       std::string(kKey) + R"("}})"));
  const auto refused = call();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(refused.error().text, HasSubstr(R"(tools "issues": Unknown tool)"));
  EXPECT_THAT(refused.error().text, Not(HasSubstr(kKey)));
  stub.then(StubAnswer::json("[]"));
  EXPECT_THAT(call().error().text, HasSubstr("holds no response to tools/call"));
}

TEST_F(McpClientTest, AFailedHandshakeIsToldToAllWhoWaitAndTriedAgainByTheNext) {
  stub.then(result(1, R"({"protocolVersion":"1999-01-01"})"));
  const auto refused = call();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(refused.error().text, HasSubstr("1999-01-01"));
  open_session(2);
  stub.then(result(3, "{}"));
  EXPECT_EQ(call(), "{}");
}

TEST_F(McpClientTest, CancellingClosesTheRequestAndTellsTheServer) {
  open_session();
  StubAnswer silent;
  silent.status = 0;
  silent.then = StubAnswer::Then::kHang;
  stub.then(silent);
  const auto cancel = std::make_shared<CancelToken>();
  auto result = start_call("issues", cancel);
  ASSERT_TRUE(stub.wait_for_requests(3));
  stub.then(StubAnswer::json("", 202));
  cancel->cancel();
  EXPECT_EQ(get(std::move(result)).error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(stub.wait_for_hang_up());
  ASSERT_TRUE(stub.wait_for_requests(4));
  EXPECT_EQ(stub.requests().back().body,
            R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}})");
}

TEST_F(McpClientTest, NamesTheKeyOfAServerThatIsOffOrAbsent) {
  servers["off"].enabled = false;
  servers["off"].base_url = stub.url();
  EXPECT_EQ(call("off").error().code, ErrorCode::kDenied);
  EXPECT_THAT(call("off").error().text, HasSubstr("tools.servers.off.enabled"));
  EXPECT_EQ(call("nobody").error().code, ErrorCode::kNotFound);
  servers["bad"].base_url = "ftp://x";
  const auto bad = McpClient::open(client(), work, servers);
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().text, HasSubstr("tools.servers.bad.base_url"));
}

}  // namespace
}  // namespace agenthost::outbound::test

#include "host/routers/json_rpc.hpp"

#include <gtest/gtest.h>

namespace agenthost::routers {
namespace {

TEST(RpcMessage, TellsRequestsNotificationsAndResponsesApart) {
  const auto kind = [](std::string_view text) { return RpcMessage::read(text).value().kind; };
  EXPECT_EQ(kind(R"({"jsonrpc":"2.0","id":1,"method":"ping"})"), RpcMessage::Kind::kRequest);
  EXPECT_EQ(kind(R"({"jsonrpc":"2.0","method":"notifications/initialized"})"),
            RpcMessage::Kind::kNotification);
  EXPECT_EQ(kind(R"({"jsonrpc":"2.0","id":1,"result":{}})"), RpcMessage::Kind::kResponse);
  EXPECT_EQ(kind(R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}})"), RpcMessage::Kind::kResponse);
}

TEST(RpcMessage, KeepsTheIdAsItWasSent) {
  const auto id = [](std::string_view text) { return RpcMessage::read(text).value().id; };
  EXPECT_EQ(id(R"({"jsonrpc":"2.0","id":"a\"b","method":"m"})"), R"("a\"b")");
  EXPECT_EQ(id(R"({"jsonrpc":"2.0","id":9007199254740993,"method":"m"})"), "9007199254740993");
}

TEST(RpcMessage, HasParamsEvenWhenNoneWereSent) {
  const auto message = RpcMessage::read(R"({"jsonrpc":"2.0","id":1,"method":"m"})");
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->params().IsObject());
  EXPECT_TRUE(message->params().ObjectEmpty());
}

TEST(RpcMessage, RefusesWhatIsNone) {
  const auto code = [](std::string_view text) { return RpcMessage::read(text).error().code; };
  EXPECT_EQ(code("{"), RpcCode::kParseError);
  EXPECT_EQ(code(""), RpcCode::kParseError);
  for (const auto* text :
       {"[]", "7", "{}", R"({"jsonrpc":"1.0","id":1,"method":"m"})", R"({"jsonrpc":"2.0","id":1})",
        R"({"jsonrpc":"2.0","id":1,"method":7})", R"({"jsonrpc":"2.0","id":null,"method":"m"})",
        R"({"jsonrpc":"2.0","id":[1],"method":"m"})", R"({"jsonrpc":"2.0","id":1,"method":"m","params":[]})"})
    EXPECT_EQ(code(text), RpcCode::kInvalidRequest) << text;
}

TEST(RpcProblem, SaysNothingOfInternalErrors) {
  const auto problem = rpc_problem(Error{ErrorCode::kInternal, "line 7 of the secret plan"});
  EXPECT_EQ(problem.code, RpcCode::kInternalError);
  EXPECT_EQ(rpc_error_json("7", problem),
            R"({"jsonrpc":"2.0","id":7,"error":{"code":-32603,"message":"Internal error"}})");
}

TEST(Accepts, ReadsEveryAcceptHeader) {
  Request request;
  request.headers = {{"accept", "application/json;q=0.9"}, {"accept", "text/event-stream"}};
  EXPECT_TRUE(accepts(request, "application/json"));
  EXPECT_TRUE(accepts(request, "text/event-stream"));
  EXPECT_FALSE(accepts(request, "text/html"));
}

}  // namespace
}  // namespace agenthost::routers

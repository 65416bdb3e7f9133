#include "host/outbound/llm_client.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "tests/unit/outbound/llm_bench.hpp"

namespace agenthost::outbound::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class LlmClientTest : public LlmBench {};

StubAnswer says(const std::string& content) {
  return StubAnswer::json(
      "{\"choices\":[{\"message\":{\"content\":" + quote(content) +
      "},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":1}}");
}

TEST_F(LlmClientTest, OfflineIsUnsupportedSoThatThePluginDoesTheWork) {
  EXPECT_FALSE(models().is_online(""));
  EXPECT_FALSE(models().is_online("absent"));
  EXPECT_TRUE(models().is_online("gemini"));
  EXPECT_EQ(complete(ask("default")).error().code, ErrorCode::kUnsupported);
}

TEST_F(LlmClientTest, AModelWithoutItsKeyIsOffAndSaysSo) {
  llm.models["gemini"].api_key = "";
  llm.models["gemini"].base_url = "";
  EXPECT_FALSE(models().is_online("gemini"));
  const auto answer = complete(ask("gemini"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(answer.error().text, HasSubstr("llm.models.gemini.api_key is empty"));
  EXPECT_THAT(models().warnings(), testing::ElementsAre(HasSubstr("llm.models.gemini.api_key")));
}

TEST_F(LlmClientTest, AnUnknownModelNamesTheKeyToAdd) {
  const auto answer = complete(ask("nobody"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(answer.error().text, HasSubstr("add llm.models.nobody"));
}

TEST_F(LlmClientTest, RefusesToOpenWithABadConfiguration) {
  llm.models["bad"].provider = "gpt";
  EXPECT_THAT(LlmClient::open(client(), work, llm).error().text,
              HasSubstr("llm.models.bad.provider: \"gpt\""));
  llm.models["bad"] = llm.models["openai"];
  llm.models["bad"].base_url = "localhost:11434";
  EXPECT_THAT(LlmClient::open(client(), work, llm).error().text, HasSubstr("llm.models.bad.base_url"));
}

TEST_F(LlmClientTest, AWrongKeyIsDeniedAndNotShown) {
  stub.then(StubAnswer::json(
      std::string(R"({"error":{"code":401,"message":"Incorrect API key: )") + kKey + "\"}}", 401));
  const auto answer = complete(ask("openai"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kDenied);
  EXPECT_EQ(answer.error().text, "llm \"openai\" (openai model-x): HTTP 401: Incorrect API key: ***");
}

TEST_F(LlmClientTest, WaitsOutA429) {
  auto busy = StubAnswer::json(R"({"error":{"message":"slow down"}})", 429);
  busy.headers.emplace_back("retry-after", "0");
  stub.then(busy);
  stub.then(says("ok"));
  EXPECT_EQ(complete(ask("openai"))->content, "ok");
}

TEST_F(LlmClientTest, GivesUpWhenTheRetriesAreSpent) {
  llm.models["openai"].retries = 0;
  stub.on("/v1", StubAnswer::json(R"([{"error":{"code":503,"message":"The model is overloaded"}}])", 503));
  const auto answer = complete(ask("openai"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(answer.error().text, HasSubstr("HTTP 503: The model is overloaded"));
}

TEST_F(LlmClientTest, NonsenseIsUnavailableWithAnExcerpt) {
  for (const char* body :
       {"", "<html>Bad gateway</html>", "{}", "[]", "null", R"({"choices":[]})", "\xFF\xFE"}) {
    stub.then(StubAnswer::json(body));
    const auto answer = complete(ask("openai"));
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable) << body;
    EXPECT_THAT(answer.error().text, HasSubstr("llm \"openai\" (openai model-x): "));
    EXPECT_TRUE(parse_json(quote(answer.error().text))) << "the text must be UTF-8";
  }
}

TEST_F(LlmClientTest, AStreamThatIsCutIsNotAnAnswer) {
  const std::string part = "data: {\"choices\":[{\"delta\":{\"content\":\"Half\"}}]}\n\n";
  stub.then(StubAnswer::events({part}));
  EXPECT_THAT(stream("openai").error().text, HasSubstr("the stream ended before the answer did"));
  auto broken = StubAnswer::events({part});
  broken.then = StubAnswer::Then::kClose;
  stub.then(broken);
  const auto answer = stream("openai");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(stub.requests().size(), 2U) << "what was shown once must not be shown again";
}

TEST_F(LlmClientTest, AnEventThatIsNotJsonEndsTheStream) {
  stub.then(StubAnswer::events({"data: {\"choices\":[{\"delta\":{\"content\":\"A\"}}]}\n\ndata: oops\n\n",
                                "data: {\"choices\":[{\"delta\":{\"content\":\"B\"}}]}\n\n"}));
  EXPECT_THAT(stream("openai").error().text, HasSubstr("not JSON: oops"));
  EXPECT_EQ(streamed(), "A");
}

TEST_F(LlmClientTest, AServerThatDoesNotStreamStillGivesItsPart) {
  stub.then(says("all at once"));
  EXPECT_EQ(stream("openai")->content, "all at once");
  EXPECT_EQ(streamed(), "all at once");
}

TEST_F(LlmClientTest, CancellingAStreamClosesIt) {
  auto endless = StubAnswer::events({"data: {\"choices\":[{\"delta\":{\"content\":\"A\"}}]}\n\n"});
  endless.then = StubAnswer::Then::kHang;
  stub.then(endless);
  const auto token = std::make_shared<CancelToken>();
  auto request = ask("openai");
  request.stream = true;
  auto pending = start(std::move(request), token);
  ASSERT_TRUE(wait_for_delta());
  token->cancel();
  EXPECT_EQ(get(std::move(pending)).error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(stub.wait_for_hang_up());
}

TEST_F(LlmClientTest, ATimeOutIsADeadline) {
  StubAnswer silent;
  silent.status = 0;
  silent.then = StubAnswer::Then::kHang;
  stub.then(silent);
  llm.models["openai"].timeout_ms = 50ms;
  EXPECT_EQ(complete(ask("openai")).error().code, ErrorCode::kDeadline);
}

class LlmSchemaTest : public LlmBench {
 protected:
  static LlmRequest ask_json() {
    auto request = ask("openai");
    request.response_schema = R"({"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}})";
    return request;
  }
};

TEST_F(LlmSchemaTest, TheModelIsToldTheSchema) {
  stub.then(says("{\"n\":1}"));
  EXPECT_EQ(complete(ask_json())->json, R"({"n":1})");
  const auto body = sent();
  EXPECT_THAT(body["messages"][0]["content"].GetString(), HasSubstr(R"("required":["n"])"));
}

TEST_F(LlmSchemaTest, OneWrongAnswerIsRepaired) {
  stub.then(says("{\"n\":\"one\"}"));
  stub.then(says("```json\n{\"n\":1}\n```"));
  const auto answer = complete(ask_json());
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->json, R"({"n":1})");
  EXPECT_EQ(answer->input_tokens, 20) << "both attempts were paid for";
  const auto body = sent(1);
  const auto& messages = body["messages"];
  const auto count = messages.Size();
  EXPECT_STREQ(messages[count - 2]["content"].GetString(), "{\"n\":\"one\"}");
  EXPECT_THAT(messages[count - 1]["content"].GetString(), HasSubstr("breaks \"type\" at #/n"));
}

TEST_F(LlmSchemaTest, TwoWrongAnswersAreInvalid) {
  stub.then(says("I cannot."));
  stub.then(says("{\"m\":1}"));
  const auto answer = complete(ask_json());
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(answer.error().text, HasSubstr("breaks \"required\""));
  EXPECT_EQ(stub.requests().size(), 2U);
}

TEST_F(LlmSchemaTest, ASchemaThatCannotWorkIsNotSent) {
  auto request = ask_json();
  request.response_schema = R"({"$ref":"#"})";
  EXPECT_EQ(complete(std::move(request)).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(stub.requests().empty());
}

TEST_F(LlmSchemaTest, CassettesReplayCompletionsAndHoldNoKey) {
  TemporaryFolder folder;
  http.cassette_directory = folder.path();
  http.cassette_mode = "record";
  stub.then(says("{\"n\":5}"));
  ASSERT_TRUE(complete(ask_json()));
  std::ostringstream text;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    EXPECT_THAT(entry.path().filename().string(), HasSubstr("llm.openai-"));
    text << std::ifstream(entry.path()).rdbuf();
  }
  EXPECT_THAT(text.str(), HasSubstr("chat/completions"));
  EXPECT_THAT(text.str(), Not(HasSubstr(kKey)));

  stub.stop();
  http.cassette_mode = "replay";
  const auto player = HttpClient::open(http, services);
  ASSERT_TRUE(player);
  const auto replayed = LlmClient::open(**player, work, llm);
  std::promise<Result<LlmAnswer>> promise;
  LlmCall call;
  call.request = ask_json();
  call.done = [&promise](Result<LlmAnswer> answer) { promise.set_value(std::move(answer)); };
  (*replayed)->complete(std::move(call));
  const auto answer = get(promise.get_future());
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->json, R"({"n":5})");
}

TEST(LlmRequestTest, ReadsEverythingTheExtensionPromises) {
  const auto request = parse_llm_request(
      R"({"model":"fast","messages":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"a"},
          {"type":"text","text":"b"}]}],"temperature":0,"max_tokens":5,"stream":true,"message_id":"m1",
          "response_schema":{"type":"object"}})");
  ASSERT_TRUE(request) << request.error().text;
  EXPECT_EQ(request->model, "fast");
  EXPECT_EQ(request->messages[1].content, "ab");
  EXPECT_EQ(request->temperature, 0.0);
  EXPECT_EQ(request->max_tokens, 5);
  EXPECT_TRUE(request->stream);
  EXPECT_EQ(request->message_id, "m1");
  EXPECT_EQ(request->response_schema, R"({"type":"object"})");
}

TEST(LlmRequestTest, RefusesWhatItCannotMean) {
  for (const char* json :
       {"", "[]", "{}", R"({"messages":[]})", R"({"messages":[{"role":"system","content":"x"}]})",
        R"({"messages":[{"role":"robot","content":"x"}]})", R"({"messages":[7]})",
        R"({"messages":[{"role":"user","content":[{"type":"image_url"}]}]})",
        R"({"messages":[{"role":"user","content":"x"}],"temperature":"hot"})",
        R"({"messages":[{"role":"user","content":"x"}],"max_tokens":0})",
        R"({"messages":[{"role":"user","content":"x"}],"response_schema":[]})",
        R"({"messages":[{"role":"user","content":"x"}],"stream":"yes"})"}) {
    const auto request = parse_llm_request(json);
    ASSERT_FALSE(request) << json;
    EXPECT_EQ(request.error().code, ErrorCode::kInvalid);
  }
}

TEST(LlmAnswerTest, IsTheJsonTheExtensionPromises) {
  LlmAnswer answer{"a\"b", "[1]", "m", "gemini", "stop", 1, 2};
  EXPECT_EQ(to_json(answer),
            R"({"content":"a\"b","json":[1],"model":"m","provider":"gemini","finish_reason":"stop",)"
            R"("usage":{"input_tokens":1,"output_tokens":2}})");
}

}  // namespace
}  // namespace agenthost::outbound::test

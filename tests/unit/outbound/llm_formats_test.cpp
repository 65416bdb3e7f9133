// Each vendor's request and response format, whole and streamed.
#include <gmock/gmock.h>

#include "tests/unit/outbound/llm_bench.hpp"

namespace agenthost::outbound::test {
namespace {

class LlmFormats : public LlmBench {
 protected:
  void expect_answer(const Result<LlmAnswer>& answer, const std::string& provider) {
    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(answer->content, "Porque sí, ñandú.");
    EXPECT_EQ(answer->provider, provider);
    EXPECT_EQ(answer->model, "model-x");
    EXPECT_EQ(answer->finish_reason, "stop");
    EXPECT_EQ(answer->input_tokens, 11);
    EXPECT_EQ(answer->output_tokens, 7);
  }
  // The same stream cut at every size from one byte on must read the same.
  void expect_stream(const std::string& provider, const std::string& text) {
    std::string whole;
    for (const std::size_t size : {1UL, 2UL, 7UL, 64UL, text.size()}) {
      stub.then(StubAnswer::events(pieces_of(text, size)));
      expect_answer(stream(provider), provider);
      whole += "Porque sí, ñandú.";
      EXPECT_EQ(streamed(), whole) << "cut every " << size << " bytes";
    }
  }
};

TEST_F(LlmFormats, GeminiWhole) {
  stub.then(StubAnswer::json(
      R"({"candidates":[{"content":{"role":"model","parts":[{"text":"thinking aloud","thought":true},{"text":"Porque sí,"},
          {"text":" ñandú."}]},"finishReason":"STOP","index":0}],
          "usageMetadata":{"promptTokenCount":11,"candidatesTokenCount":4,"thoughtsTokenCount":3,"totalTokenCount":18}})"));
  expect_answer(complete(ask("gemini")), "gemini");
  const auto request = stub.requests().at(0);
  EXPECT_EQ(request.target, "/v1/models/model-x:generateContent");
  EXPECT_EQ(request.headers.at("x-goog-api-key"), kKey);
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  EXPECT_EQ(
      request.body,
      R"({"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[)"
      R"({"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[{"text":"Hello"}]},)"
      R"({"role":"user","parts":[{"text":"Why?"}]}],"generationConfig":{"temperature":0.2,"maxOutputTokens":4096}})");
}

TEST_F(LlmFormats, GeminiStream) {
  expect_stream(
      "gemini",
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Porque \"}],\"role\":\"model\"}}]}\r\n\r\n"
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"sí, ñan\"}],\"role\":\"model\"}}]}\r\n\r\n"
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"dú.\"}],\"role\":\"model\"},"
      "\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":11,\"candidatesTokenCount\":7}}"
      "\r\n\r\n");
  EXPECT_EQ(stub.requests().at(0).target, "/v1/models/model-x:streamGenerateContent?alt=sse");
}

TEST_F(LlmFormats, GeminiRefusal) {
  stub.then(StubAnswer::json(R"({"promptFeedback":{"blockReason":"SAFETY"}})"));
  const auto answer = complete(ask("gemini"));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(answer.error().text, "llm \"gemini\" (gemini model-x): the prompt was refused: SAFETY");
}

TEST_F(LlmFormats, GeminiGetsThePartOfTheSchemaItKnows) {
  stub.then(StubAnswer::json(
      R"({"candidates":[{"content":{"parts":[{"text":"{\"a\":null}"}]},"finishReason":"STOP"}]})"));
  auto request = ask("gemini");
  request.response_schema =
      R"({"$schema":"x","type":"object","additionalProperties":false,"properties":{"a":{"type":["string","null"],)"
      R"("format":"uri"},"type":{"type":"string"}},"required":["a"]})";
  ASSERT_TRUE(complete(std::move(request)));
  const auto body = sent();
  const auto& config = body["generationConfig"];
  EXPECT_STREQ(config["responseMimeType"].GetString(), "application/json");
  EXPECT_EQ(
      to_text(config["responseSchema"]),
      R"({"type":"object","properties":{"a":{"type":"string","nullable":true},"type":{"type":"string"}},"required":["a"]})");
}

TEST_F(LlmFormats, OpenAiWhole) {
  stub.then(StubAnswer::json(
      R"({"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant",
          "content":"Porque sí, ñandú."},"finish_reason":"stop"}],
          "usage":{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18}})"));
  expect_answer(complete(ask("openai")), "openai");
  const auto request = stub.requests().at(0);
  EXPECT_EQ(request.target, "/v1/chat/completions");
  EXPECT_EQ(request.headers.at("authorization"), std::string("Bearer ") + kKey);
  EXPECT_EQ(
      request.body,
      R"({"model":"model-x","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},)"
      R"({"role":"assistant","content":"Hello"},{"role":"user","content":"Why?"}],"temperature":0.2,"max_tokens":4096})");
}

TEST_F(LlmFormats, OpenAiStream) {
  expect_stream(
      "openai",
      ": keep-alive\n\n"
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Porque sí\"},\"finish_reason\":null}]}\n\n"
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\", ñandú.\"}}],\"usage\":null}\n\n"
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7}}\n\n"
      "data: [DONE]\n\n");
  const auto body = sent();
  EXPECT_TRUE(body["stream"].GetBool());
  EXPECT_TRUE(body["stream_options"]["include_usage"].GetBool());
}

TEST_F(LlmFormats, OpenAiNeedsNoKeyAtAnAddressOfOnesOwn) {
  llm.models["openai"].api_key = "";
  stub.then(StubAnswer::json(R"({"choices":[{"message":{"content":"ok"},"finish_reason":"length"}]})"));
  const auto answer = complete(ask("openai"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->finish_reason, "length");
  EXPECT_EQ(stub.requests().at(0).headers.count("authorization"), 0U);
}

TEST_F(LlmFormats, OpenAiGetsTheSchemaAsResponseFormat) {
  stub.then(StubAnswer::json(R"({"choices":[{"message":{"content":"7"},"finish_reason":"stop"}]})"));
  auto request = ask("openai");
  request.response_schema = R"({"type":"integer"})";
  const auto answer = complete(std::move(request));
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_EQ(answer->json, "7");
  EXPECT_EQ(
      to_text(sent()["response_format"]),
      R"({"type":"json_schema","json_schema":{"name":"answer","strict":false,"schema":{"type":"integer"}}})");
}

TEST_F(LlmFormats, AnthropicWhole) {
  stub.then(StubAnswer::json(
      R"({"id":"msg_1","type":"message","role":"assistant","content":[{"type":"thinking","thinking":"hm"},
          {"type":"text","text":"Porque sí, "},{"type":"text","text":"ñandú."}],"stop_reason":"end_turn",
          "usage":{"input_tokens":11,"output_tokens":7}})"));
  expect_answer(complete(ask("anthropic")), "anthropic");
  const auto request = stub.requests().at(0);
  EXPECT_EQ(request.target, "/v1/messages");
  EXPECT_EQ(request.headers.at("x-api-key"), kKey);
  EXPECT_EQ(request.headers.at("anthropic-version"), "2023-06-01");
  EXPECT_EQ(
      request.body,
      R"({"model":"model-x","max_tokens":4096,"temperature":0.2,"system":"Be brief.","messages":[)"
      R"({"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"},{"role":"user","content":"Why?"}]})");
}

TEST_F(LlmFormats, AnthropicStream) {
  expect_stream(
      "anthropic",
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"content\":[],\"usage\":"
      "{\"input_tokens\":11,\"output_tokens\":1}}}\n\n"
      "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":"
      "{\"type\":\"text\",\"text\":\"\"}}\n\n"
      "event: ping\ndata: {\"type\": \"ping\"}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
      "{\"type\":\"text_delta\",\"text\":\"Porque sí, \"}}\n\n"
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":"
      "{\"type\":\"text_delta\",\"text\":\"ñandú.\"}}\n\n"
      "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},"
      "\"usage\":{\"output_tokens\":7}}\n\n"
      "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
  EXPECT_TRUE(sent()["stream"].GetBool());
}

TEST_F(LlmFormats, AnthropicErrorInTheMiddleOfAStream) {
  stub.then(StubAnswer::events(
      {"event: content_block_delta\ndata: "
       "{\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"A\"}}\n\n",
       "event: error\ndata: "
       "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n"}));
  const auto answer = stream("anthropic");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(answer.error().text, testing::HasSubstr("Overloaded"));
  EXPECT_EQ(streamed(), "A");
}

}  // namespace
}  // namespace agenthost::outbound::test

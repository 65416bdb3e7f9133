#include "host/routers/a2a_message.hpp"

#include <gtest/gtest.h>

#include "host/base/json.hpp"

namespace agenthost::routers {
namespace {

runtime::Graph graph_with(std::string_view channel) {
  const auto text = R"({"graph_id":"g","channels":[{"name":")" + std::string(channel) +
                    R"("}],"nodes":[{"name":"n"}],"edges":[["__start__","n"]]})";
  return runtime::Graph::from_json(parse_json(text).value()).value();
}

RpcResult<A2aMessage> read(std::string_view message) {
  return A2aMessage::read(parse_json("{\"message\":" + std::string(message) + "}").value());
}

models::Thread waiting_for(std::string_view interrupts) {
  models::Thread thread;
  thread.status = models::ThreadStatus::kInterrupted;
  thread.interrupts = interrupts;
  return thread;
}

TEST(A2aMessage, ReadsBothVersionsAlike) {
  const auto old_words = read(
      R"({"role":"user","messageId":"m","parts":[{"kind":"text","text":"a"},{"kind":"text","text":"b"}]})");
  const auto new_words =
      read(R"({"role":"ROLE_USER","messageId":"m","parts":[{"text":"a","mediaType":""},{"text":"b"}]})");
  ASSERT_TRUE(old_words && new_words);
  EXPECT_EQ(old_words->text, "a\nb");
  EXPECT_EQ(new_words->text, "a\nb");
  EXPECT_FALSE(old_words->data);
}

TEST(A2aMessage, MergesItsDataParts) {
  const auto message = read(R"({"role":"user","parts":[{"data":{"a":1,"b":1}},{"data":{"b":2}}]})");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->data, R"({"a":1,"b":2})");
  EXPECT_FALSE(message->text);
  EXPECT_FALSE(message->id.empty());
}

TEST(NewRun, PutsTheTextAmongTheMessages) {
  const auto message = read(R"({"role":"user","messageId":"m","parts":[{"text":"hi"},{"data":{"a":1}}]})");
  const auto run = new_run(*message, graph_with("messages"));
  ASSERT_TRUE(run);
  EXPECT_EQ(run->input, R"({"a":1,"messages":[{"type":"human","content":"hi","id":"m"}]})");
  const auto refused = new_run(*message, graph_with("foo"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, RpcCode::kInvalidParams);
}

TEST(AnsweringRun, TakesAnyAnswerToTheOneQuestion) {
  const auto thread = waiting_for(R"({"t":[{"id":"i","value":1}]})");
  const auto answer = [&](std::string_view parts) {
    return answering_run(*read("{\"role\":\"user\",\"parts\":" + std::string(parts) + "}"), thread)
        .value()
        .resume;
  };
  EXPECT_EQ(answer(R"([{"text":"yes"}])"), R"("yes")");
  EXPECT_EQ(answer(R"([{"data":{"approved":true}}])"), R"({"approved":true})");
  EXPECT_EQ(answer(R"([{"data":{"resume":7}}])"), "7");
  EXPECT_EQ(answer(R"([{"data":{"resume":[{"id":"i","value":null}]}}])"), R"({"i":null})");
}

TEST(AnsweringRun, WantsToKnowWhichOfSeveralIsMeant) {
  const auto thread = waiting_for(R"({"t":[{"id":"i","value":1}],"u":[{"id":"j","value":2}]})");
  const auto code = [&](std::string_view parts) {
    const auto run = answering_run(*read("{\"role\":\"user\",\"parts\":" + std::string(parts) + "}"), thread);
    return run ? 0 : static_cast<int>(run.error().code);
  };
  EXPECT_EQ(code(R"([{"text":"yes"}])"), -32602);
  EXPECT_EQ(code(R"([{"data":{"resume":[]}}])"), -32602);
  EXPECT_EQ(code(R"([{"data":{"resume":[{"id":"x","value":1}]}}])"), -32602);
  EXPECT_EQ(code(R"([{"data":{"resume":[{"id":"j","value":1}]}}])"), 0);
}

}  // namespace
}  // namespace agenthost::routers

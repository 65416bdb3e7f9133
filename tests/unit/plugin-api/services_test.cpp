// HTTP, the language model and time, as a node sees them.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "agenthost/sdk/agent.hpp"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Code;
using agent::Context;
using agent::HttpRequest;
using agent::HttpResponse;
using agent::Json;
using agent::LlmAnswer;
using agent::LlmRequest;
using agent::State;
using agent::Task;
using agent::Update;
using agent::testing::Host;
using agent::testing::Outcome;

template <class Node>
std::unique_ptr<Host> host_of(Node node) {
  return std::make_unique<Host>(
      [node](agent::Plugin& plugin) { plugin.graph("g").node("n", node).edge(agent::kStart, "n"); });
}

Task<Update> fetch(State, Context ctx) {
  const HttpRequest request{.service = "tavily",
                            .method = "POST",
                            .url = "/search?q=1",
                            .headers = {{"x-a", "b"}},
                            .body = std::string("\0\xff body", 7),
                            .timeout = std::chrono::seconds(3)};
  const HttpResponse response = co_await ctx.http().request(request);
  co_return Update{}
      .set("status", response.status)
      .set("type", response.header("content-type"))
      .set("missing", response.header("nope"))
      .set("size", response.body.size())
      .set("url", response.url);
}

TEST(Http, CarriesTheRequestAndTheAnswerWhole) {
  auto host = host_of(fetch);
  host->on_http([](const HttpRequest&) {
    return HttpResponse{
        .status = 404, .headers = {{"content-type", "text/plain"}}, .body = std::string("\0no", 3)};
  });
  const Outcome outcome = host->run("g", "n", Json::object());
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update,
            Json::parse(R"({"status":404,"type":"text/plain","missing":"","size":3,"url":"/search?q=1"})"));
  const HttpRequest& seen = host->http_requests().at(0);
  EXPECT_EQ(seen.service, "tavily");
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.headers, (agent::Headers{{"x-a", "b"}}));
  EXPECT_EQ(seen.body, std::string("\0\xff body", 7));
  EXPECT_EQ(seen.timeout, std::chrono::seconds(3));
}

TEST(Http, ThrowsTheHostsCodeAndSaysWhatFailed) {
  auto host = host_of(fetch);
  host->on_http([](const HttpRequest&) -> HttpResponse {
    throw agent::Error(Code::kUnavailable, "connection refused");
  });
  const Outcome outcome = host->run("g", "n", Json::object());
  EXPECT_EQ(outcome.code, Code::kUnavailable);
  EXPECT_EQ(outcome.error_text, "POST tavily /search?q=1: connection refused");
}

TEST(Http, NotGrantedSaysWhatToDo) {
  const Outcome outcome = host_of(fetch)->run("g", "n", Json::object());
  EXPECT_EQ(outcome.code, Code::kDenied);
  EXPECT_NE(outcome.error_text.find("agent.http/1 is not available to this plugin: add it to `needs:`"),
            std::string::npos);
}

TEST(Http, RefusesAnAnswerThatIsNoJsonWithItsBeginning) {
  auto host = host_of([](State, Context ctx) -> Task<Update> {
    const HttpResponse page = co_await ctx.http().get("s", "/x");
    co_return Update{}.set("json", page.json());
  });
  host->on_http([](const HttpRequest&) { return HttpResponse{.body = "<html>"}; });
  EXPECT_EQ(host->run("g", "n", Json::object()).error_text, "/x: is no JSON: \"<html>\"");
}

TEST(Http, KnowsItsServices) {
  const auto node = [](const State&, const Context& ctx) {
    return Update{}.set("a", ctx.http().has_service("a")).set("b", ctx.http().has_service("b"));
  };
  auto host = host_of(node);
  EXPECT_EQ(host->run("g", "n", Json::object()).update, (Json{{"a", false}, {"b", false}}))
      << "not granted at all";
  host->on_http([](const HttpRequest&) { return HttpResponse{}; });
  host->set_services({"b"});
  EXPECT_EQ(host->run("g", "n", Json::object()).update, (Json{{"a", false}, {"b", true}}));
}

// A Task made from a temporary Context, Http or Llm must not point back into it.
TEST(Services, TasksOutliveWhatTheyCameFrom) {
  auto host = host_of([](State, Context ctx) -> Task<Update> {
    std::vector<Task<HttpResponse>> pages;
    for (int i = 0; i < 3; ++i) {
      const HttpRequest request{.service = "s", .url = "/" + std::to_string(i) + std::string(40, 'x')};
      pages.push_back(Context(ctx).http().request(request));
    }
    std::string bodies;
    for (const HttpResponse& page : co_await agent::when_all(std::move(pages)))
      bodies += page.body.substr(0, 2);
    co_return Update{}.set("bodies", bodies);
  });
  host->on_http([](const HttpRequest& request) { return HttpResponse{.body = request.url}; });
  EXPECT_EQ(host->run("g", "n", Json::object()).update["bodies"], "/0/1/2");
}

Task<Update> talk(State, Context ctx) {
  std::string streamed;
  const LlmRequest request{.model = "fast",
                           .messages = {{"system", "be brief"}, {"user", "hello"}},
                           .temperature = 0.5,
                           .max_tokens = 100,
                           .response_schema = {{"type", "object"}},
                           .message_id = ctx.new_message_id(),
                           .on_delta = [&](std::string_view delta) { streamed.append(delta).append("|"); }};
  const LlmAnswer answer = co_await ctx.llm().complete(request);
  co_return Update{}
      .set("content", answer.content)
      .set("streamed", streamed)
      .set("json", answer.json)
      .set("tokens", answer.usage.output_tokens);
}

TEST(Llm, CarriesTheRequestTheStreamAndTheAnswer) {
  auto host = host_of(talk);
  host->on_llm([](const Json&) {
    return LlmAnswer{.content = "one two",
                     .json = {{"a", 1}},
                     .model = "m",
                     .usage = {.input_tokens = 1, .output_tokens = 2}};
  });
  const Outcome outcome = host->run("g", "n", Json::object());
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update,
            Json::parse(R"({"content":"one two","streamed":"one |two|","json":{"a":1},"tokens":2})"));
  EXPECT_EQ(host->llm_requests().at(0),
            Json::parse(R"({"model":"fast","messages":[{"role":"system","content":"be brief"},
    {"role":"user","content":"hello"}],"temperature":0.5,"max_tokens":100,"response_schema":{"type":"object"},
    "stream":true,"message_id":"msg-task-1-1"})"));
  ASSERT_EQ(outcome.chunks.size(), 2U);
  EXPECT_EQ(outcome.chunks[0]["id"], "msg-task-1-1");
}

TEST(Llm, AThrowingListenerFailsTheNodeAfterTheFinalReply) {
  auto host = host_of([](State, Context ctx) -> Task<Update> {
    const LlmRequest request{.messages = {{"user", "x"}},
                             .on_delta = [](std::string_view) { throw std::runtime_error("listener"); }};
    const LlmAnswer answer = co_await ctx.llm().complete(request);
    co_return Update{}.set("content", answer.content);
  });
  host->on_llm([](const Json&) { return LlmAnswer{.content = "one two"}; });
  const Outcome outcome = host->run("g", "n", Json::object());
  EXPECT_EQ(outcome.error_kind, "runtime_error");
  EXPECT_EQ(outcome.error_text, "listener");
}

TEST(Llm, OfflineIsAnErrorANodeMayCatch) {
  auto host = host_of([](State, Context ctx) -> Task<Update> {
    const LlmRequest request{.messages = {{"user", "x"}}};
    std::string said = "the rules of thumb";
    try {
      said = (co_await ctx.llm().complete(request)).content;
    } catch (const agent::Error& e) {
      if (e.code() != Code::kUnsupported) throw;
    }
    co_return Update{}.set("said", said);
  });
  host->on_llm([](const Json&) -> LlmAnswer { throw agent::Error(Code::kUnsupported, "offline"); });
  EXPECT_EQ(host->run("g", "n", Json::object()).update["said"], "the rules of thumb");
}

TEST(Timer, MovesTheHostsClock) {
  auto host = host_of([](State, Context ctx) -> Task<Update> {
    const auto before = ctx.now();
    co_await ctx.sleep(std::chrono::minutes(2));
    co_await ctx.sleep(-std::chrono::minutes(2));
    co_return Update{}.set("seconds",
                           std::chrono::duration_cast<std::chrono::seconds>(ctx.now() - before).count());
  });
  EXPECT_EQ(host->run("g", "n", Json::object()).update["seconds"], 120);
  host->without_timer();
  EXPECT_EQ(host->run("g", "n", Json::object()).code, Code::kDenied);
}

}  // namespace

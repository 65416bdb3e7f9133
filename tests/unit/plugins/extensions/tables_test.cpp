// The C tables, called as a plugin calls them, on the real task machinery.
#include <gmock/gmock.h>

#include "agenthost/ext/http.h"
#include "agenthost/ext/llm.h"
#include "agenthost/ext/store.h"
#include "agenthost/ext/subagent.h"
#include "agenthost/ext/timer.h"
#include "agenthost/ext/tools.h"
#include "host/plugins/extensions/extensions.hpp"
#include "host/plugins/loader.hpp"
#include "tests/unit/outbound/llm_bench.hpp"
#include "tests/unit/plugins/scripted_plugin.hpp"

namespace agenthost::extensions::test {
namespace {

using outbound::test::kPatience;
using outbound::test::StubAnswer;
using plugins::test::RecordingSink;
using testing::ElementsAre;
using testing::HasSubstr;

struct Reply {
  agent_status status = AGENT_UNKNOWN;
  std::string text;
  std::string body;
};

agent_str str(std::string_view text) {
  return {text.data(), text.size()};
}

// Notes what it is asked and answers as it is told.
struct ScriptedStore final : StoreAccess {
  void call(StoreOperation operation, std::string request, Answer answer) override {
    asked.emplace_back(operation, std::move(request));
    if (next) answer(*next);
  }
  std::vector<std::pair<StoreOperation, std::string>> asked;
  std::optional<Result<std::string>> next = std::string("null");  // nullopt: no answer comes
};

// The same for agents. Without an answer the run goes on until it is cancelled.
struct ScriptedAgents final : SubagentAccess {
  void run(SubagentCall call) override {
    asked.push_back(std::move(call.request));
    if (next) return call.answer(*next);
    call.cancel->on_cancel([this] { cancelled.set_value(); });
  }
  std::vector<std::string> asked;
  std::optional<Result<std::string>> next = std::string(R"({"x":1})");
  std::promise<void> cancelled;
};

class TablesTest : public outbound::test::LlmBench {
 protected:
  ~TablesTest() override {
    client().stop();  // first: nothing may answer into a task that is gone
    bench_.reset();
  }

  plugins::test::Bench& bench() {
    if (!bench_) {
      manifest.id = "scripted";
      manifest.needs = plugins::known_needs();
      bench_ = std::make_unique<plugins::test::Bench>(plugins::granted_to(
          manifest,
          {make_timer_extension(timers_), make_http_extension(client(), grants), make_llm_extension(models()),
           make_store_extension(store, 64), make_subagent_extension(agents, 64),
           make_tools_extension(tool_servers(), grants, 256)}));
    }
    return *bench_;
  }
  template <class Table>
  const Table& table(const char* id) {
    return *static_cast<const Table*>(bench().host->extension_table(id));
  }
  const agent_http_api& http_api() { return table<agent_http_api>(AGENT_EXT_HTTP); }
  const agent_llm_api& llm_api() { return table<agent_llm_api>(AGENT_EXT_LLM); }
  const agent_store_api& store_api() { return table<agent_store_api>(AGENT_EXT_STORE); }
  const agent_subagent_api& subagent_api() { return table<agent_subagent_api>(AGENT_EXT_SUBAGENT); }
  outbound::McpClient& tool_servers() {
    if (!tool_servers_) {
      settings::Service server;
      server.base_url = stub.url() + "/mcp";
      tool_servers_ = *outbound::McpClient::open(client(), work, {{"issues", server}});
    }
    return *tool_servers_;
  }
  const agent_tools_api& tools_api() { return table<agent_tools_api>(AGENT_EXT_TOOLS); }
  const agent_timer_api& timer_api() { return table<agent_timer_api>(AGENT_EXT_TIMER); }

  // Runs one task that makes one call; its replies, the final one last. meanwhile: what happens to the task
  // on the way.
  std::vector<Reply> run(
      std::function<agent_status(agent_task*)> call,
      const std::function<void(runtime::TaskHandle&)>& meanwhile = [](runtime::TaskHandle&) {}) {
    replies_.clear();
    sink = std::make_shared<RecordingSink>();
    bench().graph.start = [call = std::move(call)](agent_task* task, const agent_node_call*) {
      return call(task);
    };
    bench().graph.reply = [this](agent_task* task, std::uint64_t token, const agent_reply* reply) {
      EXPECT_EQ(token, 7U);
      replies_.push_back(
          {reply->status, {reply->text.data, reply->text.size}, {reply->body.data, reply->body.size}});
      if (reply->status != AGENT_MORE) plugins::test::complete(task, "{}");
    };
    const auto handle = bench().start(sink);
    meanwhile(*handle);
    EXPECT_TRUE(sink->wait().has_value());
    return replies_;
  }

  std::vector<Reply> run_http(const std::string& service, const std::string& url,
                              const std::string& headers = "") {
    return run([=, this](agent_task* task) { return request_http(task, service, url, headers); });
  }
  agent_status request_http(agent_task* task, const std::string& service, const std::string& url,
                            const std::string& headers = "") {
    agent_http_request request{};
    request.struct_size = AGENT_SIZE(agent_http_request, body);
    request.service = str(service);
    request.method = str("GET");
    request.url = str(url);
    request.headers = str(headers);
    return http_api().request(task, 7, &request);
  }

  ServiceGrants grants;
  plugins::Manifest manifest;
  ScriptedStore store;
  ScriptedAgents agents;
  std::shared_ptr<RecordingSink> sink;

 private:
  ThreadPool timer_pool_{"timers", 1};
  Timers timers_{timer_pool_};
  std::vector<Reply> replies_;
  std::unique_ptr<outbound::McpClient> tool_servers_;
  std::unique_ptr<plugins::test::Bench> bench_;
};

TEST_F(TablesTest, HttpGivesStatusHeadersAndBody) {
  stub.on("/v1/x", StubAnswer::json("[1]", 418));
  const auto replies = run_http("api", "/x", R"({"x-mine":"1"})");
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status, AGENT_OK);
  EXPECT_EQ(replies[0].body, "[1]");
  EXPECT_EQ(replies[0].text,
            R"({"status":418,"headers":{"content-type":"application/json","content-length":"3"},"url":")" +
                stub.url() + R"(/v1/x","attempts":1})");
  EXPECT_EQ(stub.requests().at(0).headers.at("x-mine"), "1");
}

TEST_F(TablesTest, HttpSaysWhatIsWrong) {
  EXPECT_EQ(run_http("api", "/x", "[]").at(0).status, AGENT_INVALID);
  EXPECT_EQ(run_http("api", "/x", R"({"a":1})").at(0).status, AGENT_INVALID);
  EXPECT_EQ(run_http("nobody", "/x").at(0).status, AGENT_NOT_FOUND);
  EXPECT_EQ(run_http("", "http://example.org/").at(0).status, AGENT_DENIED);
  EXPECT_EQ(run_http("llm.openai", "/x").at(0).status, AGENT_NOT_FOUND) << "a model's key is not for plugins";
  EXPECT_EQ(http_api().request(nullptr, 7, nullptr), AGENT_INVALID);
  agent_http_request old{};
  old.struct_size = 8;
  EXPECT_EQ(http_api().request(nullptr, 7, &old), AGENT_INVALID);
  old.struct_size = AGENT_SIZE(agent_http_request, body);
  EXPECT_EQ(http_api().request(nullptr, 7, &old), AGENT_NOT_FOUND);
  EXPECT_TRUE(stub.requests().empty());
}

TEST_F(TablesTest, AServiceThatIsNotGrantedIsDenied) {
  services["other"] = services["api"];
  grants["scripted"] = {"other"};
  const auto replies = run_http("api", "/x");
  EXPECT_EQ(replies.at(0).status, AGENT_DENIED);
  EXPECT_THAT(replies.at(0).text, HasSubstr("plugins.services.scripted"));
  EXPECT_EQ(http_api().has_service(bench().host->handle(), str("api")), 0);
  EXPECT_EQ(http_api().has_service(bench().host->handle(), str("other")), 1);
  EXPECT_EQ(http_api().has_service(bench().host->handle(), str("absent")), 0);
}

TEST_F(TablesTest, AHostThatThePluginDoesNotAskForIsDeniedThoughTheOperatorAllowsIt) {
  manifest.http_hosts = {"api.example.org"};
  const auto replies = run_http("", stub.url() + "/v1/x");
  EXPECT_EQ(replies.at(0).status, AGENT_DENIED);
  EXPECT_THAT(replies.at(0).text,
              HasSubstr("host 127.0.0.1: plugin \"scripted\" does not ask for it; add it to "
                        "needs: [{http: [...]}] in its plugin.yaml"));
  EXPECT_TRUE(stub.requests().empty());
}

TEST_F(TablesTest, AHostThatThePluginAsksForStillHasToBeAllowed) {
  manifest.http_hosts = {"127.0.0.1", "api.example.org"};
  stub.on("/v1/x", StubAnswer::json("[1]"));
  EXPECT_EQ(run_http("", stub.url() + "/v1/x").at(0).status, AGENT_OK);
  EXPECT_THAT(run_http("", "http://api.example.org/").at(0).text, HasSubstr("http.allow_hosts"));
}

TEST_F(TablesTest, TheHostsAPluginAsksForDoNotTouchTheOperatorsServices) {
  manifest.http_hosts.emplace();
  stub.on("/v1/x", StubAnswer::json("[1]"));
  EXPECT_EQ(run_http("api", "/x").at(0).status, AGENT_OK);
}

TEST_F(TablesTest, CancellingTheTaskClosesItsConnection) {
  StubAnswer silent;
  silent.status = 0;
  silent.then = StubAnswer::Then::kHang;
  stub.on("/v1", silent);
  const auto replies = run([this](agent_task* task) { return request_http(task, "api", "/x"); },
                           [this](runtime::TaskHandle& task) {
                             EXPECT_TRUE(stub.wait_for_requests(1));
                             task.cancel(runtime::CancelReason::kUser);
                           });
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status, AGENT_CANCELLED);
  EXPECT_TRUE(stub.wait_for_hang_up());
}

TEST_F(TablesTest, LlmStreamsPartsToThePluginAndChunksToTheRun) {
  stub.then(StubAnswer::events(
      {"data: {\"choices\":[{\"delta\":{\"content\":\"Ho\"}}]}\n\n",
       "data: {\"choices\":[{\"delta\":{\"content\":\"la\"},\"finish_reason\":\"stop\"}]}\n\n"}));
  const auto replies = run([this](agent_task* task) {
    return llm_api().complete(
        task, 7,
        str(R"({"model":"openai","messages":[{"role":"user","content":"x"}],"stream":true,"message_id":"m"})"));
  });
  ASSERT_EQ(replies.size(), 3U);
  EXPECT_EQ(replies[0].status, AGENT_MORE);
  EXPECT_EQ(replies[0].text, R"({"delta":"Ho"})");
  EXPECT_EQ(replies[1].text, R"({"delta":"la"})");
  EXPECT_EQ(replies[2].status, AGENT_OK);
  EXPECT_THAT(replies[2].text, HasSubstr(R"("content":"Hola")"));
  using Channel = runtime::TaskSink::Channel;
  EXPECT_THAT(
      sink->emitted(),
      ElementsAre(testing::Pair(Channel::kMessages, R"({"id":"m","type":"AIMessageChunk","content":"Ho"})"),
                  testing::Pair(Channel::kMessages, R"({"id":"m","type":"AIMessageChunk","content":"la"})")));
}

TEST_F(TablesTest, LlmChunksGoToTheRunAloneWhenThePluginDoesNotStream) {
  stub.then(StubAnswer::events(
      {"data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n"}));
  const auto replies = run([this](agent_task* task) {
    return llm_api().complete(
        task, 7, str(R"({"model":"openai","messages":[{"role":"user","content":"x"}],"message_id":"m"})"));
  });
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status, AGENT_OK);
  EXPECT_EQ(sink->emitted().size(), 1U);
}

TEST_F(TablesTest, LlmSaysOfflineAndInvalid) {
  const auto offline = run([this](agent_task* task) {
    return llm_api().complete(task, 7, str(R"({"messages":[{"role":"user","content":"x"}]})"));
  });
  EXPECT_EQ(offline.at(0).status, AGENT_UNSUPPORTED);
  const auto invalid = run([this](agent_task* task) { return llm_api().complete(task, 7, str("{")); });
  EXPECT_EQ(invalid.at(0).status, AGENT_INVALID);
  EXPECT_EQ(llm_api().is_online(bench().host->handle(), str("openai")), 1);
  EXPECT_EQ(llm_api().is_online(bench().host->handle(), str("")), 0);
  EXPECT_EQ(llm_api().complete(nullptr, 7, str("{}")), AGENT_NOT_FOUND);
}

TEST_F(TablesTest, StoreCarriesRequestsAndAnswersWhole) {
  using Function = decltype(agent_store_api::get) agent_store_api::*;
  const std::vector<std::pair<Function, StoreOperation>> functions{
      {&agent_store_api::get, StoreOperation::kGet},
      {&agent_store_api::put, StoreOperation::kPut},
      {&agent_store_api::remove, StoreOperation::kRemove},
      {&agent_store_api::search, StoreOperation::kSearch},
      {&agent_store_api::namespaces, StoreOperation::kNamespaces}};
  store.next = std::string(R"({"items":[]})");
  for (const auto& [function, operation] : functions) {
    store.asked.clear();
    const auto replies = run([&, function = function](agent_task* task) {
      return (store_api().*function)(task, 7, str(R"({"key":"k"})"));
    });
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].status, AGENT_OK);
    EXPECT_EQ(replies[0].text, R"({"items":[]})");
    EXPECT_THAT(store.asked, ElementsAre(testing::Pair(operation, R"({"key":"k"})")));
    EXPECT_EQ((store_api().*function)(nullptr, 7, str("{}")), AGENT_NOT_FOUND);
  }
}

TEST_F(TablesTest, StoreSaysWhatIsWrong) {
  const auto get = [this](const std::string& request) {
    return run([this, request](agent_task* task) { return store_api().get(task, 7, str(request)); }).at(0);
  };
  store.next = fail(ErrorCode::kInvalid, "key: is required");
  EXPECT_EQ(get("{}").status, AGENT_INVALID);
  EXPECT_EQ(get("{}").text, "store: key: is required");
  store.asked.clear();
  EXPECT_EQ(get(std::string(65, ' ')).status, AGENT_EXHAUSTED);
  EXPECT_TRUE(store.asked.empty());
}

TEST_F(TablesTest, ACancelledTaskWaitsForNoStore) {
  store.next.reset();
  std::promise<void> asked;
  const auto replies = run(
      [&](agent_task* task) {
        const auto status = store_api().get(task, 7, str("{}"));
        asked.set_value();
        return status;
      },
      [&](runtime::TaskHandle& task) {
        EXPECT_EQ(asked.get_future().wait_for(kPatience), std::future_status::ready);
        task.cancel(runtime::CancelReason::kUser);
      });
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status, AGENT_CANCELLED);
}

TEST_F(TablesTest, AnotherAgentIsAskedAndItsEndIsTheReply) {
  const auto ask = [this](const std::string& request) {
    return run([this, request](agent_task* task) { return subagent_api().run(task, 7, str(request)); }).at(0);
  };
  EXPECT_EQ(ask(R"({"assistant_id":"helper"})").text, R"({"x":1})");
  EXPECT_THAT(agents.asked, ElementsAre(R"({"assistant_id":"helper"})"));
  agents.next = fail(ErrorCode::kNotFound, "no assistant helper");
  const auto refused = ask("{}");
  EXPECT_EQ(refused.status, AGENT_NOT_FOUND);
  EXPECT_EQ(refused.text, "no assistant helper");
  EXPECT_EQ(ask(std::string(65, ' ')).status, AGENT_EXHAUSTED);
  EXPECT_EQ(subagent_api().run(nullptr, 7, str("{}")), AGENT_NOT_FOUND);
}

TEST_F(TablesTest, ACancelledTaskTakesTheAgentItAskedWithIt) {
  agents.next.reset();
  std::promise<void> asked;
  const auto replies = run(
      [&](agent_task* task) {
        const auto status = subagent_api().run(task, 7, str("{}"));
        asked.set_value();
        return status;
      },
      [&](runtime::TaskHandle& task) {
        EXPECT_EQ(asked.get_future().wait_for(kPatience), std::future_status::ready);
        task.cancel(runtime::CancelReason::kUser);
      });
  EXPECT_EQ(replies.at(0).status, AGENT_CANCELLED);
  EXPECT_EQ(agents.cancelled.get_future().wait_for(kPatience), std::future_status::ready);
}

TEST_F(TablesTest, ToolsOfAnotherServerAreListedAndCalled) {
  const auto ask = [this](auto function, const std::string& request) {
    return run([=, this](agent_task* task) { return (tools_api().*function)(task, 7, str(request)); }).at(0);
  };
  stub.then(StubAnswer::json(R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}})"));
  stub.then(StubAnswer::json("", 202));
  stub.then(StubAnswer::json(R"({"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"search"}]}})"));
  const auto listed = ask(&agent_tools_api::list, R"({"server":"issues"})");
  EXPECT_EQ(listed.status, AGENT_OK);
  EXPECT_EQ(listed.text, R"({"tools":[{"name":"search"}]})");
  stub.then(StubAnswer::json(R"({"jsonrpc":"2.0","id":3,"result":{"content":[],"isError":true}})"));
  const auto called =
      ask(&agent_tools_api::call, R"({"server":"issues","name":"search","arguments":{"query":"x"}})");
  EXPECT_EQ(called.status, AGENT_OK);
  EXPECT_EQ(called.text, R"({"content":[],"isError":true})");
  EXPECT_EQ(tools_api().list(nullptr, 7, str("{}")), AGENT_NOT_FOUND);
}

TEST_F(TablesTest, ToolsSayWhatIsWrong) {
  grants["scripted"] = {"issues"};
  const auto call = [this](const std::string& request) {
    return run([this, request](agent_task* task) { return tools_api().call(task, 7, str(request)); }).at(0);
  };
  EXPECT_EQ(call("{").status, AGENT_INVALID);
  EXPECT_EQ(call(R"({"name":"search"})").text, R"(tools: the request must name a "server")");
  EXPECT_EQ(call(R"({"server":"issues"})").status, AGENT_INVALID);
  EXPECT_EQ(call(R"({"server":"issues","name":"search","arguments":[]})").status, AGENT_INVALID);
  EXPECT_EQ(call(std::string(257, ' ')).status, AGENT_EXHAUSTED);
  EXPECT_EQ(call(R"({"server":"other","name":"x"})").status, AGENT_DENIED);
  EXPECT_THAT(call(R"({"server":"other","name":"x"})").text, HasSubstr("plugins.tools.scripted"));
  EXPECT_TRUE(stub.requests().empty());
}

TEST_F(TablesTest, TimerWakesAndKnowsTheTime) {
  const auto replies = run([this](agent_task* task) { return timer_api().sleep(task, 7, 1'000); });
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status, AGENT_OK);
  EXPECT_EQ(replies[0].text, "null");
  EXPECT_GE(timer_api().now_us(bench().host->handle()), 1'700'000'000'000'000);
  EXPECT_EQ(timer_api().sleep(nullptr, 7, 1), AGENT_NOT_FOUND);
}

TEST_F(TablesTest, TenThousandSleepAtOnceOnOneThread) {
  constexpr int kSleepers = 10'000;
  bench().graph.start = [this](agent_task* task, const agent_node_call*) {
    return timer_api().sleep(task, 7, 50'000'000);
  };
  bench().graph.reply = [](agent_task* task, std::uint64_t, const agent_reply* reply) {
    EXPECT_EQ(reply->status, AGENT_OK);
    plugins::test::complete(task, "{}");
  };
  std::vector<std::shared_ptr<RecordingSink>> sinks;
  std::vector<std::shared_ptr<runtime::TaskHandle>> handles;
  for (int i = 0; i < kSleepers; ++i) {
    sinks.push_back(std::make_shared<RecordingSink>());
    handles.push_back(bench().start(sinks.back()));
  }
  for (const auto& each : sinks) ASSERT_EQ(plugins::test::update_of(each->wait()), "{}");
}

TEST_F(TablesTest, ALongSleepEndsWithTheTask) {
  std::promise<void> asleep;
  const auto replies = run(
      [&](agent_task* task) {
        const auto status = timer_api().sleep(task, 7, ~std::uint64_t{0});
        asleep.set_value();
        return status;
      },
      [&](runtime::TaskHandle& task) {
        EXPECT_EQ(asleep.get_future().wait_for(kPatience), std::future_status::ready);
        task.cancel(runtime::CancelReason::kUser);
      });
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0].status, AGENT_CANCELLED);
}

}  // namespace
}  // namespace agenthost::extensions::test

#include "host/plugins/extension_call.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "tests/unit/plugins/scripted_plugin.hpp"

namespace agenthost::plugins {
namespace {

using test::Bench;
using test::complete;
using test::error_of;
using test::RecordingSink;
using test::update_of;

// A node that makes one call with token 7, and ends with what its replies said.
class ExtensionCallTest : public testing::Test {
 protected:
  ExtensionCallTest() {
    bench_.graph.start = [this](agent_task* task, const agent_node_call*) {
      handle_ = task;
      call_ = begin_call(task, 7, [this] { ++cancels_; });
      return AGENT_OK;
    };
    bench_.graph.reply = [this](agent_task* task, std::uint64_t token, const agent_reply* reply) {
      heard_ += std::to_string(token) + ":" + status_name(reply->status) + ":" +
                std::string(view(reply->text)) + std::string(view(reply->body)) + " ";
      if (reply->status != AGENT_MORE) complete(task, "{\"heard\":" + quote(heard_) + "}");
    };
    task_ = bench_.start(sink_);
  }

  std::atomic<int> cancels_{0};
  std::string heard_;
  agent_task* handle_ = nullptr;
  ExtensionCallPtr call_;
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
  Bench bench_;
  std::shared_ptr<runtime::TaskHandle> task_;
};

TEST_F(ExtensionCallTest, PartsThenTheEndReachThePluginInOrder) {
  ASSERT_NE(call_, nullptr);
  EXPECT_EQ(call_->plugin_id(), "scripted");
  EXPECT_GT(call_->deadline(), std::chrono::steady_clock::now());
  call_->part("1");
  call_->part("2");
  call_->finish(AGENT_OK, "3", "body");
  call_->finish(AGENT_OK, "twice");
  EXPECT_EQ(update_of(sink_->wait()), R"({"heard":"7:AGENT_MORE:1 7:AGENT_MORE:2 7:AGENT_OK:3body "})");
  EXPECT_EQ(cancels_.load(), 0);
}

TEST_F(ExtensionCallTest, CancelAnswersThePluginAtOnceAndDropsTheLateReply) {
  task_->cancel(runtime::CancelReason::kDeadline);
  EXPECT_EQ(cancels_.load(), 1);
  call_->part("late");
  call_->finish(AGENT_OK, "late");
  EXPECT_EQ(update_of(sink_->wait()), R"({"heard":"7:AGENT_DEADLINE:the deadline passed "})");
  task_->cancel(runtime::CancelReason::kUser);
  EXPECT_EQ(cancels_.load(), 1);
}

TEST_F(ExtensionCallTest, ACallBegunAfterCancelIsCancelledAtOnce) {
  bench_.graph.reply = [](agent_task*, std::uint64_t, const agent_reply*) {};
  task_->cancel(runtime::CancelReason::kUser);
  int told = 0;
  const auto late = begin_call(handle_, 8, [&] { ++told; });
  ASSERT_NE(late, nullptr);
  EXPECT_EQ(told, 1);
  late->finish(AGENT_OK, "dropped");
  complete(handle_, "{}");
}

TEST_F(ExtensionCallTest, TheEndOfTheTaskCancelsItsCallsWithoutAReply) {
  complete(handle_, "{}");
  EXPECT_EQ(cancels_.load(), 1);
  call_->finish(AGENT_OK, "late");
  call_->emit_message(R"({"id":"m","type":"ai"})");
  EXPECT_EQ(update_of(sink_->wait()), "{}");
  EXPECT_TRUE(sink_->emitted().empty());
  EXPECT_EQ(begin_call(handle_, 9, {}), nullptr);
  EXPECT_EQ(extension_instance(handle_, "agent.timer/1"), nullptr);
}

TEST_F(ExtensionCallTest, ClosingThePluginCancelsItsCalls) {
  bench_.host->close();
  EXPECT_EQ(cancels_.load(), 1);
  call_->finish(AGENT_OK, "late");
  EXPECT_FALSE(sink_->is_done());
}

TEST_F(ExtensionCallTest, EmitsMessagesForTheTask) {
  call_->emit_message(R"({"id":"m","type":"ai","content":"x"})");
  call_->finish(AGENT_OK, "{}");
  ASSERT_NE(sink_->wait(), std::nullopt);
  ASSERT_EQ(sink_->emitted().size(), 1U);
  EXPECT_EQ(sink_->emitted()[0].first, runtime::TaskSink::Channel::kMessages);
}

TEST_F(ExtensionCallTest, AServiceThatThrowsOnCancelHarmsNobody) {
  const auto other = begin_call(handle_, 8, [] { throw std::runtime_error("no"); });
  complete(handle_, "{}");
  EXPECT_EQ(update_of(sink_->wait()), "{}");
}

TEST_F(ExtensionCallTest, ACallHoldingItselfIsFreedAtTheEnd) {
  const auto kept = std::make_shared<int>(1);
  auto holder = std::make_shared<ExtensionCallPtr>();
  *holder = begin_call(handle_, 8, [kept, holder] {});
  (*holder)->finish(AGENT_MORE, "done");  // any status ends it
  holder.reset();
  EXPECT_EQ(kept.use_count(), 1);
  complete(handle_, "{}");
}

TEST(ExtensionCalls, RepliesNeverOverlapStartNodeNorEachOther) {
  Bench bench;
  constexpr unsigned kCalls = 64;
  std::atomic<int> inside{0};
  std::atomic<bool> overlapped{false};
  unsigned replies = 0;
  std::vector<std::thread> services;
  const auto scope = [&](auto body) {
    if (inside.fetch_add(1) != 0) overlapped = true;
    body();
    inside.fetch_sub(1);
  };
  bench.graph.start = [&](agent_task* task, const agent_node_call*) {
    scope([&] {
      std::latch replied(4);
      for (unsigned service = 0; service < 4; ++service) {
        services.emplace_back([&, service] {
          for (unsigned i = 0; i < kCalls / 4; ++i)
            begin_call(task, service * 100 + i, {})->finish(AGENT_OK, "1");
          replied.count_down();
        });
      }
      replied.wait();  // every reply is there before start_node returns
    });
    return AGENT_OK;
  };
  bench.graph.reply = [&](agent_task* task, std::uint64_t, const agent_reply*) {
    bool last = false;
    scope([&] { last = ++replies == kCalls; });
    if (last) complete(task, "{}");  // outside: the next task may start before this returns
  };
  for (const auto* node : {"node", "slow"}) {
    replies = 0;
    auto sink = std::make_shared<RecordingSink>();
    const auto task = bench.start(sink, node);
    EXPECT_EQ(update_of(sink->wait()), "{}");
    EXPECT_EQ(replies, kCalls);
    for (auto& service : services) service.join();
    services.clear();
  }
  EXPECT_FALSE(overlapped);
}

TEST(ExtensionCalls, RacingReplyAndCancelGiveOneFinalReply) {
  Bench bench;
  for (int round = 0; round < 200; ++round) {
    auto sink = std::make_shared<RecordingSink>();
    ExtensionCallPtr call;
    std::atomic<int> finals{0};
    bench.graph.start = [&](agent_task* task, const agent_node_call*) {
      call = begin_call(task, 1, {});
      return AGENT_OK;
    };
    bench.graph.reply = [&](agent_task* task, std::uint64_t, const agent_reply*) {
      ++finals;
      complete(task, "{}");
    };
    const auto task = bench.start(sink);
    std::thread service([&] { call->finish(AGENT_OK, "1"); });
    task->cancel(runtime::CancelReason::kUser);
    service.join();
    ASSERT_EQ(update_of(sink->wait()), "{}");
    EXPECT_EQ(finals.load(), 1);
  }
}

TEST(Extensions, AreFoundByHostAndTaskUntilThePluginIsClosed) {
  static const int table = 0;
  const auto service = std::make_shared<int>(42);
  Bench bench({Extension{"agent.timer/1", &table, service, {}}});
  std::shared_ptr<void> from_task;
  bench.graph.start = [&](agent_task* task, const agent_node_call*) {
    from_task = extension_instance(task, "agent.timer/1");
    return complete(task, "{}");
  };
  const auto task = bench.start(std::make_shared<RecordingSink>());
  auto* host = bench.host->handle();
  EXPECT_EQ(from_task, service);
  EXPECT_EQ(extension_instance(host, "agent.timer/1"), service);
  EXPECT_EQ(extension_instance(host, "agent.llm/1"), nullptr);
  EXPECT_EQ(host_api().get_extension(host, borrow("agent.timer/1")), &table);
  EXPECT_EQ(plugin_id_of(host), "scripted");
  bench.host->close();
  from_task.reset();
  EXPECT_EQ(service.use_count(), 1);
  EXPECT_EQ(host_api().get_extension(host, borrow("agent.timer/1")), nullptr);
}

}  // namespace
}  // namespace agenthost::plugins

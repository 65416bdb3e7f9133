#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
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
using testing::HasSubstr;
using testing::StartsWith;

using Channel = runtime::TaskSink::Channel;

agent_str str(const char* text) {
  return borrow(text);
}

class ExecutorTest : public testing::Test {
 protected:
  // Starts a node that does that and returns how it ended.
  std::optional<runtime::NodeOutcome> run(
      std::function<agent_status(agent_task*, const agent_node_call*)> node) {
    bench_.graph.start = std::move(node);
    const auto task = bench_.start(sink_);
    return sink_->wait();
  }

  Bench bench_;
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
};

TEST_F(ExecutorTest, HandsTheCallOverAndTheUpdateBack) {
  std::string seen;
  const auto outcome = run([&](agent_task* task, const agent_node_call* call) {
    seen = std::string(view(call->node)) + " " + std::string(view(call->state)) + " " +
           std::string(view(call->config)) + " " + std::to_string(call->attempt);
    return complete(task, R"({"y":2})");
  });
  EXPECT_EQ(update_of(outcome), R"({"y":2})");
  EXPECT_EQ(seen, R"(node {"x":1} {"run_id":"r"} 1)");
  EXPECT_EQ(bench_.host->tasks().size(), 0U);
}

TEST_F(ExecutorTest, TakesNoUpdateAsNoWrites) {
  const auto outcome = run(
      [](agent_task* task, const agent_node_call*) { return host_api().complete(task, AGENT_OK, nullptr); });
  EXPECT_EQ(update_of(outcome), "{}");
}

TEST_F(ExecutorTest, RefusesAnUpdateOrCommandThatIsNoObject) {
  for (const auto* update : {"[1]", "{", "{\"a\":}", "null", "{} {}", "{\"a\":\"\xFF\"}"}) {
    for (const agent_status status : {AGENT_OK, AGENT_COMMAND}) {
      sink_ = std::make_shared<RecordingSink>();
      const auto error = error_of(
          run([&](agent_task* task, const agent_node_call*) { return complete(task, update, status); }));
      EXPECT_EQ(error.code, ErrorCode::kInternal) << update;
      EXPECT_EQ(error.kind, "PluginError");
      EXPECT_THAT(error.text,
                  StartsWith("node node of plugin scripted completed with an update that is no JSON object"));
    }
  }
}

TEST_F(ExecutorTest, RefusesAnUpdateOverTheLimit) {
  const auto error = error_of(run([](agent_task* task, const agent_node_call*) {
    return complete(task, R"({"a":")" + std::string(2U << 20U, 'x') + "\"}");
  }));
  EXPECT_EQ(error.code, ErrorCode::kExhausted);
  EXPECT_THAT(error.text, HasSubstr("over the limit of 1048576"));
}

TEST_F(ExecutorTest, FailsWithTheWordsOfThePlugin) {
  const auto error = error_of(run([](agent_task* task, const agent_node_call*) {
    return host_api().fail(task, AGENT_UNAVAILABLE, str("QuotaError"), str("come back at ten"));
  }));
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(error.kind, "QuotaError");
  EXPECT_EQ(error.text, "come back at ten");
}

TEST_F(ExecutorTest, AStatusOtherThanOkMeansNotStarted) {
  const auto error = error_of(run([](agent_task*, const agent_node_call*) { return AGENT_EXHAUSTED; }));
  EXPECT_EQ(error.code, ErrorCode::kExhausted);
  EXPECT_EQ(error.text, "node node of plugin scripted did not start: start_node returned AGENT_EXHAUSTED");
}

TEST_F(ExecutorTest, TheFirstEndCountsWhenStartNodeFailsToo) {
  const auto outcome = run([](agent_task* task, const agent_node_call*) {
    complete(task, "{}");
    return AGENT_INTERNAL;
  });
  EXPECT_EQ(update_of(outcome), "{}");
  EXPECT_EQ(sink_->calls_after_done(), 0);
}

TEST_F(ExecutorTest, RefusesAndCountsEveryCallAfterTheEnd) {
  std::vector<agent_status> answers;
  std::int32_t cancelled = 0;
  run([&](agent_task* task, const agent_node_call*) {
    complete(task, R"({"first":1})");
    agent_bytes answer{};
    answers = {complete(task, R"({"second":1})"), host_api().fail(task, AGENT_INTERNAL, {}, {}),
               host_api().emit(task, str("custom"), str("1")), host_api().interrupt(task, str("1"), &answer)};
    cancelled = host_api().is_cancelled(task);
    return AGENT_OK;
  });
  EXPECT_THAT(answers, testing::Each(AGENT_NOT_FOUND));
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(update_of(sink_->wait()), R"({"first":1})");
  EXPECT_EQ(sink_->calls_after_done(), 0);
  EXPECT_EQ(bench_.host->refused_calls(), 4U);
}

TEST_F(ExecutorTest, RefusesMadeUpHandlesAndCountsThemForThePluginThatCalls) {
  int real_memory = 0;
  std::vector<agent_status> answers;
  run([&](agent_task* task, const agent_node_call*) {
    for (void* garbage : {static_cast<void*>(nullptr), static_cast<void*>(&real_memory),
                          reinterpret_cast<void*>(~std::uintptr_t{0}),
                          reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(task) ^ 0x100U)}) {
      answers.push_back(complete(static_cast<agent_task*>(garbage), "{}"));
    }
    return complete(task, "{}");
  });
  EXPECT_THAT(answers, testing::Each(AGENT_NOT_FOUND));
  EXPECT_EQ(answers.size(), 4U);
  EXPECT_EQ(bench_.host->refused_calls(), 4U);
  EXPECT_EQ(host_api().deadline_ns(nullptr), 0U);
  EXPECT_EQ(host_api().get_extension(nullptr, str("agent.http/1")), nullptr);
}

TEST_F(ExecutorTest, EndsFromAnyThreadLater) {
  std::thread other;
  const auto outcome = run([&](agent_task* task, const agent_node_call*) {
    other = std::thread([task] { complete(task, R"({"late":true})"); });
    return AGENT_OK;
  });
  other.join();
  EXPECT_EQ(update_of(outcome), R"({"late":true})");
}

TEST_F(ExecutorTest, RunsBlockingNodesElsewhere) {
  std::promise<std::thread::id> where;
  std::latch go(1);
  bench_.graph.start = [&](agent_task* task, const agent_node_call*) {
    go.wait();
    where.set_value(std::this_thread::get_id());
    return complete(task, "{}");
  };
  const auto task = bench_.start(sink_, "slow");  // comes back although the node waits
  EXPECT_FALSE(sink_->is_done());
  go.count_down();
  EXPECT_EQ(update_of(sink_->wait()), "{}");
  EXPECT_NE(where.get_future().get(), std::this_thread::get_id());
}

// ---- emit ----

TEST_F(ExecutorTest, EmitsChecksAndSaysWhenTheReaderIsBehind) {
  sink_->pressure = runtime::TaskSink::Pressure::kSlowDown;
  std::vector<agent_status> answers;
  run([&](agent_task* task, const agent_node_call*) {
    const auto emit = [&](const char* channel, const char* json) {
      answers.push_back(host_api().emit(task, str(channel), str(json)));
    };
    emit("custom", "[1,\n 2]");
    emit("messages", R"({"id":"m","type":"ai","content":"hi"})");
    emit("custom", "{");
    emit("messages", R"({"type":"ai","content":"no id"})");
    emit("messages", "[]");
    emit("nowhere", "1");
    return complete(task, "{}");
  });
  EXPECT_THAT(answers, testing::ElementsAre(AGENT_WOULD_BLOCK, AGENT_WOULD_BLOCK, AGENT_INVALID,
                                            AGENT_INVALID, AGENT_INVALID, AGENT_UNSUPPORTED));
  EXPECT_THAT(
      sink_->emitted(),
      testing::ElementsAre(testing::Pair(Channel::kCustom, "[1,2]"),
                           testing::Pair(Channel::kMessages, R"({"id":"m","type":"ai","content":"hi"})")));
}

TEST_F(ExecutorTest, DoneComesAfterAnEmitThatIsStillInside) {
  struct SlowSink final : runtime::TaskSink {
    Pressure emit(Channel, std::string) override {
      inside.count_down();
      leave.wait();
      emit_ended = true;
      return Pressure::kNone;
    }
    void done(runtime::NodeOutcome) override { done_after_emit.set_value(emit_ended); }
    std::latch inside{1}, leave{1};
    std::atomic<bool> emit_ended{false};
    std::promise<bool> done_after_emit;
  };
  auto sink = std::make_shared<SlowSink>();
  agent_task* handle = nullptr;
  bench_.graph.start = [&](agent_task* task, const agent_node_call*) {
    handle = task;
    return AGENT_OK;
  };
  const auto task = bench_.executor->start(bench_.call(), sink);
  std::thread emitter([&] { host_api().emit(handle, str("custom"), str("1")); });
  sink->inside.wait();
  EXPECT_EQ(complete(handle, "{}"), AGENT_OK);
  sink->leave.count_down();
  EXPECT_TRUE(sink->done_after_emit.get_future().get());
  emitter.join();
}

TEST_F(ExecutorTest, KeepsTheSinksExceptionsFromThePlugin) {
  struct ThrowingSink final : runtime::TaskSink {
    Pressure emit(Channel, std::string) override { throw std::runtime_error("no"); }
    void done(runtime::NodeOutcome) override { throw std::runtime_error("no"); }
  };
  agent_status emitted = AGENT_OK;
  agent_status completed = AGENT_INTERNAL;
  bench_.graph.start = [&](agent_task* task, const agent_node_call*) {
    emitted = host_api().emit(task, str("custom"), str("1"));
    completed = complete(task, "{}");
    return AGENT_OK;
  };
  const auto task = bench_.executor->start(bench_.call(), std::make_shared<ThrowingSink>());
  EXPECT_EQ(emitted, AGENT_INTERNAL);
  EXPECT_EQ(completed, AGENT_OK);
}

// ---- interrupt ----

TEST_F(ExecutorTest, TheFirstUnansweredQuestionInterrupts) {
  std::vector<agent_status> statuses;
  std::string first_answer;
  bench_.graph.start = [&](agent_task* task, const agent_node_call*) {
    for (const auto* question : {"\"one\"", "{\"two\":\n2}", "\"three\""}) {
      agent_bytes answer{};
      statuses.push_back(host_api().interrupt(task, str(question), &answer));
      const OwnedBytes owned(&answer);
      if (first_answer.empty()) first_answer = owned.text();
    }
    return host_api().complete(task, AGENT_INTERRUPTED, nullptr);
  };
  auto call = bench_.call();
  call.answers = {make_blob(R"({"yes":true})")};
  const auto task = bench_.executor->start(std::move(call), sink_);
  EXPECT_THAT(statuses, testing::ElementsAre(AGENT_OK, AGENT_INTERRUPTED, AGENT_INTERRUPTED));
  EXPECT_EQ(first_answer, R"({"yes":true})");
  const auto outcome = sink_->wait();
  const auto* interrupted = std::get_if<runtime::NodeInterrupted>(&*outcome);
  ASSERT_NE(interrupted, nullptr);
  EXPECT_EQ(*interrupted->value, R"({"two":2})");
}

TEST_F(ExecutorTest, AnInterruptThatNobodyAskedForIsAnError) {
  const auto error = error_of(run([](agent_task* task, const agent_node_call*) {
    return host_api().complete(task, AGENT_INTERRUPTED, nullptr);
  }));
  EXPECT_EQ(error.kind, "PluginError");
  EXPECT_THAT(error.text, HasSubstr("ended with AGENT_INTERRUPTED but never asked"));
}

TEST_F(ExecutorTest, AQuestionMustBeJsonAndHaveAPlaceForTheAnswer) {
  std::vector<agent_status> statuses;
  run([&](agent_task* task, const agent_node_call*) {
    agent_bytes answer{};
    statuses = {host_api().interrupt(task, str("{"), &answer), host_api().interrupt(task, str("1"), nullptr)};
    return complete(task, "{}");
  });
  EXPECT_THAT(statuses, testing::Each(AGENT_INVALID));
}

// ---- cancel, abandon, deadline ----

TEST_F(ExecutorTest, CancelTellsThePluginOnceAndStillWaitsForItsEnd) {
  agent_task* handle = nullptr;
  int told = 0;
  bench_.graph.start = [&](agent_task* task, const agent_node_call*) {
    handle = task;
    return AGENT_OK;
  };
  bench_.graph.cancel = [&](agent_task*) { ++told; };
  const auto task = bench_.start(sink_);
  EXPECT_EQ(host_api().is_cancelled(handle), 0);
  task->cancel(runtime::CancelReason::kUser);
  task->cancel(runtime::CancelReason::kDeadline);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(host_api().is_cancelled(handle), 1);
  EXPECT_FALSE(sink_->is_done());
  host_api().fail(handle, AGENT_CANCELLED, {}, str("stopped"));
  EXPECT_EQ(error_of(sink_->wait()).code, ErrorCode::kCancelled);
  task->cancel(runtime::CancelReason::kUser);
  EXPECT_EQ(told, 1);
}

TEST_F(ExecutorTest, AbandonDropsWhateverComesLater) {
  agent_task* handle = nullptr;
  bench_.graph.start = [&](agent_task* task, const agent_node_call*) {
    handle = task;
    return AGENT_OK;
  };
  const auto task = bench_.start(sink_);
  task->abandon();
  EXPECT_EQ(sink_.use_count(), 1);  // let go
  EXPECT_EQ(complete(handle, "{}"), AGENT_NOT_FOUND);
  EXPECT_EQ(host_api().emit(handle, str("custom"), str("1")), AGENT_NOT_FOUND);
  EXPECT_FALSE(sink_->is_done());
  task->abandon();
}

TEST_F(ExecutorTest, ABlockingNodeCancelledBeforeItsTurnNeverStarts) {
  std::latch go(1);
  std::atomic<int> started{0};
  bench_.graph.start = [&](agent_task* task, const agent_node_call*) {
    ++started;
    go.wait();
    return complete(task, "{}");
  };
  std::vector<std::shared_ptr<RecordingSink>> busy;
  for (int i = 0; i < 4; ++i) {
    busy.push_back(std::make_shared<RecordingSink>());
    static_cast<void>(bench_.start(busy.back(), "slow"));
  }
  const auto late = bench_.start(sink_, "slow");
  late->cancel(runtime::CancelReason::kUser);
  const auto error = error_of(sink_->wait());
  EXPECT_EQ(error.code, ErrorCode::kCancelled);
  EXPECT_EQ(error.text, "the run was cancelled");
  go.count_down();
  for (const auto& sink : busy) EXPECT_EQ(update_of(sink->wait()), "{}");
  EXPECT_LE(started.load(), 4);
}

TEST_F(ExecutorTest, KnowsTheDeadline) {
  std::uint64_t left = 0;
  run([&](agent_task* task, const agent_node_call*) {
    left = host_api().deadline_ns(task);
    return complete(task, "{}");
  });
  EXPECT_GT(left, std::uint64_t{3'000'000'000'000});
  bench_.graph.start = [&](agent_task* task, const agent_node_call*) {
    left = host_api().deadline_ns(task);
    EXPECT_EQ(host_api().is_cancelled(task), 1);
    return complete(task, "{}");
  };
  auto call = bench_.call();
  call.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  const auto task = bench_.executor->start(std::move(call), std::make_shared<RecordingSink>());
  EXPECT_EQ(left, 0U);
}

TEST_F(ExecutorTest, AClosedPluginTakesNoTasks) {
  bench_.host->close();
  const auto task = bench_.start(sink_);
  EXPECT_EQ(error_of(sink_->wait()).code, ErrorCode::kExhausted);
  task->cancel(runtime::CancelReason::kUser);
  task->abandon();
}

TEST_F(ExecutorTest, OneEndForManyThreadsThatAllComplete) {
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    auto sink = std::make_shared<RecordingSink>();
    agent_task* handle = nullptr;
    bench_.graph.start = [&](agent_task* task, const agent_node_call*) {
      handle = task;
      return AGENT_OK;
    };
    const auto task = bench_.start(sink);
    std::atomic<int> won{0};
    const auto race = [&] {
      host_api().emit(handle, str("custom"), str("1"));
      if (complete(handle, "{}") == AGENT_OK) ++won;
    };
    std::thread one(race);
    std::thread two([&] { task->cancel(runtime::CancelReason::kUser); });
    race();
    one.join();
    two.join();
    EXPECT_EQ(won.load(), 1);
    EXPECT_EQ(sink->calls_after_done(), 0);
    EXPECT_EQ(update_of(sink->wait()), "{}");
  }
}

// ---- route ----

Result<JsonBlob> decide(Bench& bench, agent_status status, const char* answer) {
  bench.graph.route = [=](agent_str, agent_str, agent_bytes* out) {
    *out = give(answer);
    return status;
  };
  Result<JsonBlob> decided;
  bench.executor->route({"next", "outer:next", {}}, make_blob("{}"), [&](auto result) { decided = result; });
  return decided;
}

TEST_F(ExecutorTest, HandsARoutesAnswerOnAsItIs) {
  EXPECT_EQ(**decide(bench_, AGENT_OK, R"(["node",{"node":"slow","input":1}])"),
            R"(["node",{"node":"slow","input":1}])");
}

TEST_F(ExecutorTest, ARouteThatFailsKeepsItsWords) {
  const auto decided = decide(bench_, AGENT_INVALID, "no such state");
  ASSERT_FALSE(decided);
  EXPECT_EQ(decided.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(decided.error().text,
            "conditional edge outer:next of plugin scripted failed with AGENT_INVALID: no such state");
}

}  // namespace
}  // namespace agenthost::plugins

// Plugins that no process survives (tests/bad-plugins/dangerous), each in worker processes: what they do
// costs their own task, the server says what was wrong, and the next task works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/isolation/isolated_bench.hpp"

namespace agenthost::isolation {
namespace {

using plugins::test::error_of;
using plugins::test::RecordingSink;
using plugins::test::update_of;
using test::eventually;
using test::IsolatedBench;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

settings::WorkerProcesses one_child() {
  settings::WorkerProcesses limits;
  limits.children = 1;
  limits.attempts = 1;
  limits.memory_mb = 256;
  return limits;
}

std::filesystem::path dangerous(const std::string& name) {
  return std::filesystem::path(DANGEROUS_PLUGINS_DIRECTORY) / name;
}

class DangerousPlugins : public testing::Test {
 protected:
  void launch(const std::string& name) { ASSERT_EQ(bench_.launch(dangerous(name)), ""); }
  std::string crash_text(const std::string& state = "{}") {
    const auto error = error_of(bench_.run(state));
    EXPECT_EQ(error.code, ErrorCode::kUnavailable) << "so that a node's retry policy covers it";
    EXPECT_EQ(error.kind, "PluginCrashedError");
    return error.text;
  }

  IsolatedBench bench_{one_child()};
};

TEST_F(DangerousPlugins, ACrashCostsItsTaskAndTheNextOneWorks) {
  launch("crashes");
  EXPECT_EQ(crash_text(R"({"x":"crash"})"),
            "node node of plugin crashes: its worker process ended by SIGSEGV (tried 1 times)");
  EXPECT_EQ(update_of(bench_.run()), R"({"x":1})");
  EXPECT_TRUE(bench_.log.has("ended by SIGSEGV; 1 tasks were with it"));
  EXPECT_THAT(bench_.plugin().trouble(), IsEmpty());
}

TEST_F(DangerousPlugins, AnAbortIsToldWithItsLastWords) {
  launch("aborts");
  EXPECT_THAT(crash_text(), HasSubstr("ended by SIGABRT; its last words: an invariant is broken"));
}

TEST_F(DangerousPlugins, ExitIsNoWayOut) {
  launch("exits");
  EXPECT_THAT(crash_text(), HasSubstr("its worker process exited with code 3"));
}

TEST_F(DangerousPlugins, AStackThatOverflowsIsACrash) {
  launch("overflows_stack");
  EXPECT_THAT(crash_text(), HasSubstr("ended by SIGSEGV"));
}

TEST_F(DangerousPlugins, GarbageOnTheWireEndsItsProcess) {
  launch("speaks_garbage");
  EXPECT_THAT(crash_text(), HasSubstr("sent what is no message of a worker"));
}

TEST_F(DangerousPlugins, MemoryEndsAtTheLimit) {
#ifdef SANITIZED
  GTEST_SKIP() << "a sanitized worker has no limit: the sanitizer's own books would not fit";
#endif
  launch("allocates");
  EXPECT_EQ(update_of(bench_.run()), R"({"x":"refused"})");
}

TEST_F(DangerousPlugins, AForkBombDoesNotGoOff) {
  launch("forks");
  EXPECT_EQ(update_of(bench_.run()), R"({"x":"refused"})");
}

TEST_F(DangerousPlugins, NothingOutsideItsProcessIsInReach) {
  launch("reaches_out");
  EXPECT_EQ(update_of(bench_.run()), R"({"x":""})");
}

TEST_F(DangerousPlugins, WhatItPrintsIsInTheLog) {
  launch("prints");
  EXPECT_EQ(update_of(bench_.run()), R"({"x":1})");
  EXPECT_TRUE(eventually([&] { return bench_.log.has("] printed to stdout"); }));
  EXPECT_TRUE(eventually([&] { return bench_.log.has("] printed to stderr"); }));
}

TEST_F(DangerousPlugins, AFloodOfLinesIsBoundedAndSaid) {
  launch("floods");
  EXPECT_EQ(update_of(bench_.run()), R"({"x":1})");
  EXPECT_EQ(update_of(bench_.run()), R"({"x":1})");
  EXPECT_LT(bench_.log.lines().size(), 5'000U);
}

// ---- while it is loaded ----

TEST_F(DangerousPlugins, ACrashAtTheFirstContactIsAReasonToRefuse) {
  EXPECT_EQ(bench_.launch(dangerous("crashes_at_entry")),
            "crashes_at_entry.so: its process ended by SIGSEGV while it was loaded");
}

TEST(DangerousPluginAtEntry, OneThatNeverComesBackIsRefusedInTime) {
  auto limits = one_child();
  limits.start_timeout_ms = 300ms;
  IsolatedBench bench(limits);
  EXPECT_EQ(
      bench.launch(dangerous("hangs_at_entry")),
      "hangs_at_entry.so: its process was not ready within 300 ms (plugins.process.start_timeout_ms) while "
      "it was loaded");
}

// ---- those that hang ----

TEST(HangingPlugins, ANodeThatKeepsTheThreadIsEndedAfterTheTimeOut) {
  auto limits = one_child();
  limits.hang_timeout_ms = 300ms;
  IsolatedBench bench(limits);
  ASSERT_EQ(bench.launch(dangerous("hangs")), "");
  EXPECT_THAT(error_of(bench.run(R"({"x":"hang"})")).text, HasSubstr("gave no sign of life"));
  EXPECT_EQ(update_of(bench.run()), R"({"x":1})");
}

TEST(HangingPlugins, ANodeThatWasGivenUpLosesItsProcess) {
  IsolatedBench bench(one_child());
  ASSERT_EQ(bench.launch(dangerous("hangs")), "");
  const auto lost = std::make_shared<RecordingSink>();
  const auto task = bench.start(lost, R"({"x":"hang"})");
  task->cancel(runtime::CancelReason::kDeadline);
  task->abandon();
  EXPECT_EQ(update_of(bench.run()), R"({"x":1})") << "the next one waits for the new process";
  EXPECT_FALSE(lost->is_done());
  EXPECT_TRUE(bench.log.has("gave no sign of life"));
}

TEST(HangingPlugins, ABlockingNodeThatWasGivenUpToo) {
  IsolatedBench bench(one_child());
  ASSERT_EQ(bench.launch(dangerous("hangs_blocking")), "");
  const auto task = bench.start(std::make_shared<RecordingSink>(), R"({"x":"hang"})");
  task->cancel(runtime::CancelReason::kDeadline);
  task->abandon();
  EXPECT_EQ(update_of(bench.run()), R"({"x":1})");
  EXPECT_TRUE(bench.log.has("a blocking node of its did not stop"));
}

// ---- in the long run ----

TEST(CrashingPlugins, WorkThatKillsIsTriedAsOftenAsAllowed) {
  auto limits = one_child();
  limits.attempts = 3;
  IsolatedBench bench(limits);
  ASSERT_EQ(bench.launch(dangerous("crashes")), "");
  EXPECT_THAT(error_of(bench.run(R"({"x":"crash"})")).text, HasSubstr("(tried 3 times)"));
}

TEST(CrashingPlugins, TooManyLossesPutThePluginInQuarantine) {
  auto limits = one_child();
  limits.restarts_per_minute = 2;
  IsolatedBench bench(limits);
  ASSERT_EQ(bench.launch(dangerous("crashes")), "");
  for (int i = 0; i < 3; ++i) static_cast<void>(bench.run(R"({"x":"crash"})"));
  EXPECT_TRUE(eventually([&] { return !bench.plugin().trouble().empty(); }));
  EXPECT_EQ(bench.plugin().trouble(),
            "in quarantine: more than 2 of its processes were lost within a minute "
            "(plugins.process.restarts_per_minute); the last ended by SIGSEGV");
  const auto error = error_of(bench.run());
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_THAT(error.text, HasSubstr("node node of plugin crashes was not started: in quarantine"));
}

}  // namespace
}  // namespace agenthost::isolation

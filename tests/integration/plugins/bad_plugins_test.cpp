// The host and a directory full of plugins that misbehave (tests/bad-plugins): each is refused with words
// that help, or its misdeed costs its own task and nothing else; the good one among them is served.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "agenthost/ext/timer.h"
#include "host/plugins/registry.hpp"
#include "tests/unit/plugins/scripted_plugin.hpp"

namespace agenthost::plugins {
namespace {

using test::error_of;
using test::RecordingSink;
using test::update_of;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

// A timer that is up at once.
constexpr agent_timer_api kTimer{
    .struct_size = AGENT_SIZE(agent_timer_api, now_us),
    .reserved = 0,
    .sleep = [](agent_task* task, std::uint64_t token, std::uint64_t) noexcept -> agent_status {
      const auto call = begin_call(task, token, {});
      if (call == nullptr) return AGENT_NOT_FOUND;
      call->finish(AGENT_OK, "null");
      return AGENT_OK;
    },
    .now_us = [](agent_host*) noexcept -> std::int64_t { return 0; },
};

class BadPlugins : public testing::Test {
 protected:
  BadPlugins() {
    const auto scanned = registry_.scan(BAD_PLUGINS_DIRECTORY);
    EXPECT_TRUE(scanned) << scanned.error().text;
    for (auto& report : registry_.reports()) reports_[std::filesystem::path(report.path).filename()] = report;
  }
  // In this order a task's end can never meet a pool or registry that is gone.
  ~BadPlugins() override {
    registry_.stop();
    blocking_.stop();
    pool_.stop();
  }

  std::string reason(const std::string& folder) {
    const auto found = reports_.find(folder);
    if (found == reports_.end()) return "<no such folder>";
    EXPECT_EQ(found->second.loaded, found->second.reason.empty());
    return found->second.reason;
  }
  std::shared_ptr<runtime::TaskHandle> start(const std::string& graph_id) {
    const auto entry = registry_.find(graph_id);
    if (entry.graph == nullptr) {
      ADD_FAILURE() << graph_id << " is not served: " << reason(graph_id);
      return nullptr;
    }
    runtime::NodeCall call;
    call.node = entry.graph->find_node("node");
    call.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    return entry.executor->start(std::move(call), sink_);
  }
  std::optional<runtime::NodeOutcome> run(const std::string& graph_id) {
    const auto task = start(graph_id);
    return task == nullptr ? std::nullopt : sink_->wait();
  }

  telemetry::Logger logger_{telemetry::Level::kWarn};
  ThreadPool pool_{"test", 2};
  ElasticPool blocking_{"test-blocking", 2};
  std::shared_ptr<RecordingSink> sink_ = std::make_shared<RecordingSink>();
  PluginRegistry registry_{{}, {logger_, {pool_, blocking_}, {{AGENT_EXT_TIMER, &kTimer, nullptr, {}}}}};
  std::map<std::string, models::PluginReport> reports_;
};

TEST_F(BadPlugins, OneBadPluginNeverStopsTheOthers) {
  EXPECT_EQ(reason("good"), "");
  EXPECT_EQ(update_of(run("good")), R"({"x":1})");
  EXPECT_EQ(reports_["good"].version, "1.0.0");
  EXPECT_THAT(reports_["good"].graphs, ElementsAre("good"));
  EXPECT_EQ(registry_.all().size(), 13U);  // the good one and those that misbehave only when run
  EXPECT_EQ(registry_.find("nowhere").executor, nullptr);
}

// ---- refused before the library is touched ----

TEST_F(BadPlugins, AManifestShowsAllItsMistakes) {
  const auto file = std::string(BAD_PLUGINS_DIRECTORY) + "/many_mistakes/plugin.yaml";
  EXPECT_EQ(reason("many_mistakes"),
            file +
                ":1:5: \"Many Mistakes\" is no plugin id; use 1 to 64 of a-z, 0-9, '-' and '_', a letter or "
                "digit first\n" +
                file + ":2:1: unknown key \"versoin\"; did you mean \"version\"?\n" + file +
                ":3:6: \"one\" is no ABI version; write abi: \"1.0\"\n" + file +
                ":4:10: \"library\" must be the name of a file in this folder, without a path\n" + file +
                ":5:9: \"graphs\" must be a list, such as graphs: [one, two]\n" + file +
                ":6:9: unknown service \"htpp\"; did you mean \"http\"?\n" + file +
                ":1:1: missing key \"version\"; every plugin has one");
  EXPECT_EQ(reports_["many_mistakes"].id, "many_mistakes");
}

TEST_F(BadPlugins, WhatIsNoYamlIsSaidWithItsPlace) {
  EXPECT_THAT(reason("not_yaml"), HasSubstr("/not_yaml/plugin.yaml:2:1: not readable as YAML"));
}

TEST_F(BadPlugins, AnOlderAbiIsRefusedByTheManifestAlone) {
  EXPECT_THAT(
      reason("older_abi"),
      EndsWith(":3:6: this plugin: needs plugin ABI 0.7, this server offers 1.0; rebuild the plugin"));
}

TEST_F(BadPlugins, AGraphIdBelongsToThePluginThatCameFirst) {
  EXPECT_EQ(reason("usurper"),
            "graph id good is offered by plugin good already; rename it or disable one of the two");
}

// ---- refused while it is loaded ----

TEST_F(BadPlugins, AMissingLibraryIsNamed) {
  EXPECT_THAT(
      reason("missing_library"),
      AllOf(
          HasSubstr(
              "missing_library/missing_library.so: no such file; build the plugin or correct \"library\" in"),
          EndsWith("missing_library/plugin.yaml")));
}

TEST_F(BadPlugins, WhatIsNoLibraryKeepsTheLinkersWords) {
  EXPECT_THAT(reason("text_file"),
              AllOf(HasSubstr("text_file.so: cannot be loaded"), HasSubstr("file too short")));
  EXPECT_THAT(reason("unresolved_symbol"), HasSubstr("undefined symbol: nobody_has_this"));
}

TEST_F(BadPlugins, ALibraryWithoutTheEntryIsNoPlugin) {
  EXPECT_THAT(reason("no_symbol"), HasSubstr("no_symbol.so: exports no agent_plugin_entry"));
}

TEST_F(BadPlugins, ANewerMajorIsRefusedWithBothVersions) {
  EXPECT_EQ(reason("newer_major"),
            "newer_major.so: needs plugin ABI 2.0, this server offers 1.0; rebuild the plugin or upgrade the "
            "server");
}

TEST_F(BadPlugins, LibraryAndManifestMustAgree) {
  EXPECT_EQ(reason("wrong_id"),
            "wrong_id.so: the library says its id is \"somebody_else\", plugin.yaml says \"wrong_id\"; make "
            "them equal");
  EXPECT_EQ(reason("wrong_version"),
            "wrong_version.so: the library says its version is \"0.9.0\", plugin.yaml says \"1.0.0\"; is the "
            "library an "
            "old build?");
  EXPECT_EQ(
      reason("graph_mismatch"),
      "graph_mismatch.so: describes the graphs unlisted, plugin.yaml lists graph_mismatch; make them equal");
}

TEST_F(BadPlugins, APluginThatDeclinesIsLeftOut) {
  EXPECT_EQ(reason("entry_fails"), "entry_fails.so: agent_plugin_entry failed with AGENT_UNAVAILABLE");
  EXPECT_EQ(reason("create_fails"),
            "create_fails.so: graph create_fails could not be made: config.model is missing; set it under "
            "plugins.config.create_fails");
}

TEST_F(BadPlugins, ADescriptionThatCannotBeUsedIsExplained) {
  EXPECT_THAT(reason("describe_garbage"),
              HasSubstr("describe_garbage.so: describe returned what is no JSON: line 1"));
  EXPECT_THAT(reason("describe_unknown_reducer"), HasSubstr("unknown reducer \"summ\"; use last_value"));
}

// ---- loaded, and misbehaving when run ----

TEST_F(BadPlugins, AnUpdateThatIsNoObjectFailsTheTask) {
  EXPECT_THAT(error_of(run("invalid_update")).text,
              HasSubstr("node node of plugin invalid_update completed with an update"));
  sink_ = std::make_shared<RecordingSink>();
  EXPECT_THAT(error_of(run("array_update")).text, HasSubstr("no JSON object"));
}

TEST_F(BadPlugins, AnUpdateOverTheLimitFailsTheTask) {
  const auto error = error_of(run("huge_update"));
  EXPECT_EQ(error.code, ErrorCode::kExhausted);
  EXPECT_EQ(error.text, "node node of plugin huge_update wrote 80000000 bytes, over the limit of 67108864");
}

TEST_F(BadPlugins, TheFirstEndCountsAndTheRestIsLoggedOnce) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(update_of(run("completes_twice")), R"({"x":1})");
  const auto log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(
      log, HasSubstr("plugins/completes_twice: called complete() with a task that has ended or never was"));
  EXPECT_THAT(log, testing::Not(HasSubstr("fail()")));
  EXPECT_EQ(sink_->calls_after_done(), 0);
}

TEST_F(BadPlugins, NothingIsHeardAfterTheEnd) {
  EXPECT_EQ(update_of(run("emits_after_complete")), R"({"x":1})");
  EXPECT_THAT(sink_->emitted(),
              ElementsAre(testing::Pair(runtime::TaskSink::Channel::kCustom, "\"in time\"")));
  EXPECT_EQ(sink_->calls_after_done(), 0);
}

TEST_F(BadPlugins, ANodeThatNeverEndsIsCancelledAndAbandoned) {
  const auto task = start("never_completes");
  ASSERT_NE(task, nullptr);
  task->cancel(runtime::CancelReason::kDeadline);
  EXPECT_FALSE(sink_->is_done());
  task->abandon();
  EXPECT_EQ(sink_.use_count(), 1);
  sink_ = std::make_shared<RecordingSink>();
  EXPECT_EQ(update_of(run("good")), R"({"x":1})");
}

TEST_F(BadPlugins, ANodeThatDoesNotStartFailsWithItsStatus) {
  const auto error = error_of(run("start_fails"));
  EXPECT_EQ(error.code, ErrorCode::kExhausted);
  EXPECT_EQ(error.text, "node node of plugin start_fails did not start: start_node returned AGENT_EXHAUSTED");
}

TEST_F(BadPlugins, AThreadOfThePluginMayEndTheTask) {
  EXPECT_EQ(update_of(run("completes_elsewhere")), R"({"x":"elsewhere"})");
}

TEST_F(BadPlugins, AnExceptionCaughtAtTheBorderIsTheTasksError) {
  const auto error = error_of(run("throws"));
  EXPECT_EQ(error.code, ErrorCode::kInternal);
  EXPECT_EQ(error.kind, "runtime_error");
  EXPECT_EQ(error.text, "the well is dry");
}

TEST_F(BadPlugins, AnInterruptThatWasNeverAskedForFailsTheTask) {
  EXPECT_EQ(error_of(run("interrupts_unasked")).text,
            "node node of plugin interrupts_unasked ended with AGENT_INTERRUPTED but never asked: call "
            "interrupt() first");
}

TEST_F(BadPlugins, ATokenUsedTwiceGetsTwoReplies) {
  EXPECT_EQ(update_of(run("reuses_token")), R"({"x":"two replies"})");
}

TEST_F(BadPlugins, MadeUpHandlesReachNobodysTask) {
  EXPECT_EQ(update_of(run("garbage_handles")), R"({"x":"mine"})");
  EXPECT_THAT(sink_->emitted(), IsEmpty());
}

}  // namespace
}  // namespace agenthost::plugins

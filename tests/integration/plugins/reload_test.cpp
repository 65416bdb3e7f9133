// The registry kept in step with its directory: one plugin (tests/reload-plugins) comes, is replaced, breaks,
// goes and comes back while it is used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "agenthost/ext/timer.h"
#include "host/plugins/registry.hpp"
#include "tests/unit/plugins/scripted_plugin.hpp"

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;
using models::PluginChange;
using test::RecordingSink;
using test::update_of;
using testing::AllOf;
using testing::HasSubstr;

// Timers that are up when the test says.
struct HeldTimers {
  std::mutex mutex;
  // Guarded by mutex
  std::vector<ExtensionCallPtr> calls;

  void finish_all() {
    std::vector<ExtensionCallPtr> up;
    {
      const std::lock_guard lock(mutex);
      up.swap(calls);
    }
    for (const auto& call : up) call->finish(AGENT_OK, "null");
  }
};

constexpr agent_timer_api kHeldTimer{
    .struct_size = AGENT_SIZE(agent_timer_api, now_us),
    .reserved = 0,
    .sleep = [](agent_task* task, std::uint64_t token, std::uint64_t) noexcept -> agent_status {
      const auto held = std::static_pointer_cast<HeldTimers>(extension_instance(task, AGENT_EXT_TIMER));
      const auto call = begin_call(task, token, {});
      if (held == nullptr || call == nullptr) return AGENT_NOT_FOUND;
      const std::lock_guard lock(held->mutex);
      held->calls.push_back(call);
      return AGENT_OK;
    },
    .now_us = [](agent_host*) noexcept -> std::int64_t { return 0; },
};

class Reload : public testing::Test {
 protected:
  Reload() {
    std::string pattern = (fs::temp_directory_path() / "agenthost-reload-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    fs::create_directory(directory_ = root_ / "plugins");
    setenv("COUNTER_STOPS", (root_ / "stops").c_str(), 1);
    EXPECT_TRUE(registry_.scan(directory_));
  }
  ~Reload() override {
    registry_.stop();
    blocking_.stop();
    pool_.stop();
    unsetenv("COUNTER_STOPS");
    fs::remove_all(root_);
  }

  // Puts a version into the directory as deployment does: beside it first, then by renaming.
  void put(const std::string& version, const std::string& folder = "counter") {
    put_copy_of(fs::path(RELOAD_PLUGINS_DIRECTORY) / version, folder);
  }
  void put_copy_of(const fs::path& plugin, const std::string& folder) {
    const auto incoming = root_ / "incoming";
    fs::copy(plugin, incoming);
    remove(folder);
    fs::rename(incoming, directory_ / folder);
  }
  void remove(const std::string& folder = "counter") {
    if (fs::exists(directory_ / folder))
      fs::rename(directory_ / folder, root_ / ("gone-" + std::to_string(++gone_)));
  }
  [[nodiscard]] fs::path library() const { return directory_ / "counter" / "counter.so"; }

  PluginChange reload(Retry retry = Retry::kChangedOnly) {
    const auto outcomes = registry_.reload(retry);
    EXPECT_TRUE(outcomes) << outcomes.error().text;
    EXPECT_EQ(outcomes->size(), 1U);
    return outcomes->back().change;
  }
  PluginChange put_and_reload(const std::string& version) {
    put(version);
    return reload();
  }
  models::PluginReport report() const {
    const auto reports = registry_.reports();
    EXPECT_EQ(reports.size(), 1U);
    return reports.empty() ? models::PluginReport{} : reports[0];
  }

  struct Run {
    std::shared_ptr<RecordingSink> sink = std::make_shared<RecordingSink>();
    std::shared_ptr<runtime::TaskHandle> task;
  };
  // Null without the graph.
  std::optional<Run> start(const std::string& state = "{}") {
    const auto entry = registry_.find("counter");
    if (entry.graph == nullptr) return std::nullopt;
    Run run;
    runtime::NodeCall call;
    call.node = entry.graph->find_node("node");
    call.state = make_blob(state);
    call.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    run.task = entry.executor->start(std::move(call), run.sink);
    return run;
  }
  // The version that answers a run.
  std::string answer() {
    const auto run = start();
    return run ? update_of(run->sink->wait()) : "nobody";
  }
  // What was posted to the pools so far has been done.
  void settle() {
    for (auto* pool : {&pool_, &blocking_}) {
      std::promise<void> done;
      pool->post([&done] { done.set_value(); });
      done.get_future().wait();
    }
  }
  std::string stops() const {
    std::ostringstream text;
    text << std::ifstream(root_ / "stops").rdbuf();
    return text.str();
  }

  fs::path root_;
  fs::path directory_;
  int gone_ = 0;
  std::shared_ptr<HeldTimers> timers_ = std::make_shared<HeldTimers>();
  telemetry::Logger logger_{telemetry::Level::kOff};
  ThreadPool pool_{"test", 1};
  ThreadPool blocking_{"test-blocking", 1};
  PluginRegistry registry_{{}, {logger_, {pool_, blocking_}, {{AGENT_EXT_TIMER, &kHeldTimer, timers_, {}}}}};
};

constexpr auto* kOne = R"({"x":"1.0.0"})";
constexpr auto* kTwo = R"({"x":"2.0.0"})";

TEST_F(Reload, ServesWhatIsDroppedIn) {
  EXPECT_EQ(answer(), "nobody");
  EXPECT_EQ(put_and_reload("one"), PluginChange::kLoaded);
  EXPECT_EQ(answer(), kOne);
  EXPECT_EQ(reload(), PluginChange::kUnchanged);
}

TEST_F(Reload, NewRunsGoToTheNewVersionAndOldOnesFinishOnTheOld) {
  put_and_reload("one");
  auto old = start(R"({"ms":1})");
  ASSERT_TRUE(old);
  EXPECT_EQ(put_and_reload("two"), PluginChange::kReplaced);
  EXPECT_EQ(answer(), kTwo);
  settle();
  EXPECT_EQ(stops(), "");
  timers_->finish_all();
  EXPECT_EQ(update_of(old->sink->wait()), kOne);
  old.reset();
  settle();
  EXPECT_EQ(stops(), "1.0.0\n");
  EXPECT_EQ(answer(), kTwo);
}

TEST_F(Reload, AVersionThatNobodyUsesIsStoppedAtOnce) {
  put_and_reload("one");
  put_and_reload("two");
  settle();
  EXPECT_EQ(stops(), "1.0.0\n");
}

TEST_F(Reload, NoRunFailsWhileThePluginIsReplacedAgainAndAgain) {
  put_and_reload("one");
  std::atomic<bool> enough{false};
  std::atomic<int> wrong{0};
  std::thread client([&] {
    while (!enough) {
      const auto got = answer();
      if (got != kOne && got != kTwo) ++wrong;
    }
  });
  for (int i = 0; i < 10; ++i) EXPECT_EQ(put_and_reload(i % 2 == 0 ? "two" : "one"), PluginChange::kReplaced);
  enough = true;
  client.join();
  EXPECT_EQ(wrong, 0);
  settle();
  const auto stopped = stops();
  EXPECT_EQ(std::count(stopped.begin(), stopped.end(), '\n'), 10);
}

TEST_F(Reload, ABadReplacementLeavesTheOldVersionServing) {
  put_and_reload("one");
  EXPECT_EQ(put_and_reload("broken"), PluginChange::kKept);
  EXPECT_EQ(answer(), kOne);
  EXPECT_TRUE(report().loaded);
  EXPECT_EQ(report().version, "1.0.0");
  EXPECT_EQ(
      report().reason,
      "version 1.0.0 goes on; its replacement 9.0.0 is refused: counter.so: graph counter could not be made: "
      "it cannot be made");
  EXPECT_EQ(reload(), PluginChange::kKept);
  EXPECT_EQ(put_and_reload("one"), PluginChange::kUnchanged);
  EXPECT_EQ(report().reason, "");
  EXPECT_EQ(put_and_reload("two"), PluginChange::kReplaced);
}

TEST_F(Reload, AnUnreadableManifestLeavesTheOldVersionServing) {
  put_and_reload("one");
  std::ofstream(directory_ / "counter" / "plugin.yaml") << "id: [";
  EXPECT_EQ(reload(), PluginChange::kKept);
  EXPECT_EQ(answer(), kOne);
  EXPECT_THAT(report().reason, AllOf(HasSubstr("version 1.0.0 goes on; its replacement is refused"),
                                     HasSubstr("not readable as YAML")));
}

TEST_F(Reload, ACopyThatBrokeOffIsNeverOpened) {
  put_and_reload("one");
  const auto whole = fs::file_size(fs::path(RELOAD_PLUGINS_DIRECTORY) / "two" / "counter.so");
  for (std::uintmax_t eighths = 0; eighths < 8; ++eighths) {
    put("two");
    fs::resize_file(library(), whole * eighths / 8);
    EXPECT_EQ(reload(), PluginChange::kKept);
    EXPECT_THAT(report().reason, HasSubstr("counter.so: cannot be loaded: file too short"));
    EXPECT_EQ(answer(), kOne);
  }
  EXPECT_EQ(put_and_reload("two"), PluginChange::kReplaced);
}

TEST_F(Reload, ALibraryThatIsOverwrittenInPlaceDoesNotHurtTheRunningOne) {
  put_and_reload("one");
  std::fstream(library(), std::ios::in | std::ios::out | std::ios::binary) << std::string(4096, 'x');
  EXPECT_EQ(answer(), kOne);
  EXPECT_EQ(reload(), PluginChange::kKept);
  EXPECT_EQ(answer(), kOne);
}

TEST_F(Reload, WhatIsRemovedIsGoneUntilItComesBack) {
  put_and_reload("one");
  auto old = start(R"({"ms":1})");
  ASSERT_TRUE(old);
  remove();
  EXPECT_EQ(reload(), PluginChange::kRemoved);
  EXPECT_EQ(answer(), "nobody");
  EXPECT_TRUE(registry_.reports().empty());
  EXPECT_EQ(put_and_reload("one"), PluginChange::kLoaded);
  EXPECT_EQ(answer(), kOne);
  timers_->finish_all();
  EXPECT_EQ(update_of(old->sink->wait()), kOne);
}

TEST_F(Reload, ARenamedFolderIsTheSamePlugin) {
  put_and_reload("one");
  fs::rename(directory_ / "counter", directory_ / "another-name");
  const auto outcomes = registry_.reload(Retry::kChangedOnly);
  ASSERT_TRUE(outcomes);
  ASSERT_EQ(outcomes->size(), 2U);
  EXPECT_EQ((*outcomes)[0].change, PluginChange::kRemoved);
  EXPECT_EQ((*outcomes)[1].change, PluginChange::kLoaded);
  EXPECT_EQ(answer(), kOne);
}

TEST_F(Reload, WhatAReplacementGivesUpAnotherFolderTakesInTheSameReload) {
  put_and_reload("one");
  put("two", "a-second");
  EXPECT_TRUE(registry_.reload(Retry::kChangedOnly));
  EXPECT_EQ(answer(), kOne);
  put_copy_of(fs::path(BAD_PLUGINS_DIRECTORY) / "good", "counter");
  EXPECT_TRUE(registry_.reload(Retry::kChangedOnly));
  EXPECT_EQ(answer(), kTwo);
  EXPECT_NE(registry_.find("good").executor, nullptr);
}

TEST_F(Reload, AMissingDirectoryChangesNothing) {
  put_and_reload("one");
  fs::rename(directory_, root_ / "away");
  const auto outcomes = registry_.reload(Retry::kChangedOnly);
  ASSERT_FALSE(outcomes);
  EXPECT_THAT(outcomes.error().text, HasSubstr("cannot be read as the plugins directory"));
  EXPECT_EQ(answer(), kOne);
}

}  // namespace
}  // namespace agenthost::plugins

// Plugins that are to run in this very process and that no process survives as it opens them: a child process
// meets them first, so this one goes on, says what was wrong, and serves the good ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include "host/plugins/first_contact.hpp"
#include "host/plugins/isolation/processes.hpp"
#include "host/plugins/registry.hpp"
#include "tests/unit/plugins/scripted_plugin.hpp"

namespace agenthost::isolation {
namespace {

namespace fs = std::filesystem;
using plugins::test::RecordingSink;
using plugins::test::update_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

settings::WorkerProcesses impatient() {
  settings::WorkerProcesses limits;
  limits.start_timeout_ms = 2s;  // what hangs costs this much, and good ones are ready long before
  return limits;
}

// A server without workers: whoever has to be tried out is refused.
struct NoWorkers final : plugins::ProcessLauncher {
  Result<std::unique_ptr<plugins::RunningPlugin>> launch(const plugins::PluginSource&,
                                                         const plugins::HostServices&) override {
    return fail(ErrorCode::kUnavailable, "no worker");
  }
  Status try_out(const plugins::PluginSource&, const plugins::HostServices&) override {
    return fail(ErrorCode::kUnavailable, "no worker");
  }
};

class FirstContact : public testing::Test {
 protected:
  FirstContact() {
    std::string pattern = (fs::temp_directory_path() / "agenthost-contact-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    fs::create_directory(folder_ / "plugins");
    add(fs::path(BAD_PLUGINS_DIRECTORY) / "good");
  }
  ~FirstContact() override {
    registry_.reset();
    timers_.stop();
    blocking_.stop();
    pool_.stop();
    fs::remove_all(folder_);
  }

  void add(const fs::path& plugin) { fs::copy(plugin, folder_ / "plugins" / plugin.filename()); }
  void start(plugins::ProcessLauncher& launcher) {
    registry_.reset();
    first_contact_.emplace(launcher, folder_ / "met-plugins", "build-1");
    registry_.emplace(
        settings::Plugins{},
        plugins::HostServices{logger_, {pool_, blocking_}, {}, std::size_t{1} << 20U, {}, &*first_contact_});
    const auto scanned = registry_->scan(folder_ / "plugins");
    ASSERT_TRUE(scanned) << scanned.error().text;
  }
  std::string reason(const std::string& id) {
    for (const auto& report : registry_->reports()) {
      if (report.id == id) return report.reason;
    }
    return "<no such plugin>";
  }
  std::string run_good() {
    const auto entry = registry_->find("good");
    if (entry.graph == nullptr) return "not served: " + reason("good");
    const auto sink = std::make_shared<RecordingSink>();
    runtime::NodeCall call;
    call.node = entry.graph->find_node("node");
    call.deadline = std::chrono::steady_clock::now() + std::chrono::hours(1);
    const auto task = entry.executor->start(std::move(call), sink);
    return update_of(sink->wait());
  }

  fs::path folder_;
  telemetry::Logger logger_{telemetry::Level::kOff};
  ThreadPool pool_{"test", 2};
  ElasticPool blocking_{"test-blocking", 2};
  Timers timers_{pool_};
  std::unique_ptr<Processes> workers_ = *Processes::open(timers_, impatient(), {});
  std::optional<plugins::FirstContact> first_contact_;
  std::optional<plugins::PluginRegistry> registry_;
};

TEST_F(FirstContact, WhatKillsItsProcessAsItIsOpenedIsRefusedAndTheServerGoesOn) {
  for (const auto* name : {"crashes_in_constructor", "crashes_at_entry", "exits_at_entry", "hangs_at_entry",
                           "hangs_in_describe"})
    add(fs::path(DANGEROUS_PLUGINS_DIRECTORY) / name);
  start(*workers_);
  EXPECT_EQ(reason("crashes_in_constructor"),
            "crashes_in_constructor.so: its process ended by SIGABRT while it was loaded");
  EXPECT_EQ(reason("crashes_at_entry"),
            "crashes_at_entry.so: its process ended by SIGSEGV while it was loaded");
  EXPECT_EQ(reason("exits_at_entry"),
            "exits_at_entry.so: its process exited with code 3 while it was loaded");
  const auto too_slow = AllOf(HasSubstr("was not ready within 2000 ms"), HasSubstr("start_timeout_ms"));
  EXPECT_THAT(reason("hangs_at_entry"), too_slow);
  EXPECT_THAT(reason("hangs_in_describe"), too_slow);
  EXPECT_EQ(run_good(), R"({"x":1})");
}

TEST_F(FirstContact, WhatAPluginDeclinesIsSaidInItsOwnWords) {
  add(fs::path(BAD_PLUGINS_DIRECTORY) / "wrong_id");
  add(fs::path(BAD_PLUGINS_DIRECTORY) / "unresolved_symbol");
  start(*workers_);
  EXPECT_THAT(reason("wrong_id"), HasSubstr("the library says its id is \"somebody_else\""));
  EXPECT_THAT(reason("unresolved_symbol"), HasSubstr("undefined symbol: nobody_has_this"));
}

TEST_F(FirstContact, ASecondStartNeedsNoProcess) {
  start(*workers_);
  NoWorkers nobody;
  start(nobody);
  EXPECT_THAT(reason("good"), IsEmpty());
  EXPECT_EQ(run_good(), R"({"x":1})");
}

TEST_F(FirstContact, AnotherVersionIsAStrangerAgainAndTheOldOneGoesOn) {
  start(*workers_);
  NoWorkers nobody;
  start(nobody);
  const auto manifest = folder_ / "plugins/good/plugin.yaml";
  fs::copy_file(fs::path(BAD_PLUGINS_DIRECTORY) / "good/plugin.yaml", manifest,
                fs::copy_options::overwrite_existing);
  std::ofstream(manifest, std::ios::app) << "description: another one\n";
  ASSERT_TRUE(registry_->reload(plugins::Retry::kChangedOnly));
  EXPECT_EQ(reason("good"), "version 1.0.0 goes on; its replacement 1.0.0 is refused: no worker");
  EXPECT_EQ(run_good(), R"({"x":1})");
}

}  // namespace
}  // namespace agenthost::isolation

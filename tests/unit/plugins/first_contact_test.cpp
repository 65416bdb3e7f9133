#include "host/plugins/first_contact.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <filesystem>

#include "tests/unit/plugins/scripted_plugin.hpp"

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

// Tries nothing out itself, but says who was tried, and refuses plugins by name.
class ScriptedLauncher final : public ProcessLauncher {
 public:
  explicit ScriptedLauncher(std::size_t together = 1) : together_(together) {}

  Result<std::unique_ptr<RunningPlugin>> launch(const PluginSource&, const HostServices&) override {
    return fail(ErrorCode::kInternal, "nobody is launched here");
  }
  // Comes back once as many are being tried out as were expected together.
  Status try_out(const PluginSource& source, const HostServices&) override {
    std::unique_lock lock(mutex_);
    tried_.insert(source.manifest.id);
    arrived_.notify_all();
    const bool all = arrived_.wait_for(lock, test::kPatience, [this] { return tried_.size() >= together_; });
    if (!all) return fail(ErrorCode::kInternal, "the others were not tried at the same time");
    if (source.manifest.id == "bad") return fail(ErrorCode::kInvalid, "bad.so: no");
    return {};
  }
  std::set<std::string> take_tried() {
    const std::lock_guard lock(mutex_);
    return std::exchange(tried_, {});
  }

 private:
  const std::size_t together_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  // Guarded by mutex_
  std::set<std::string> tried_;
};

class FirstContactTest : public testing::Test {
 protected:
  FirstContactTest() {
    std::string pattern = (fs::temp_directory_path() / "agenthost-met-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    manifests_["good"].id = "good";
    manifests_["bad"].id = "bad";
    manifests_["third"].id = "third";
  }
  ~FirstContactTest() override { fs::remove_all(folder_); }

  std::vector<std::string> meet(FirstContact& contact, const std::vector<std::string>& ids) {
    std::vector<FirstContact::Stranger> strangers;
    for (const auto& id : ids)
      strangers.push_back({{manifests_[id], folder_, folder_ / id, "{}"}, "hash-of-" + id});
    std::vector<std::string> texts;
    for (const auto& met : contact.meet(strangers, services_)) texts.push_back(met ? "" : met.error().text);
    return texts;
  }

  fs::path folder_;
  std::map<std::string, Manifest> manifests_;
  telemetry::Logger logger_{telemetry::Level::kOff};
  ThreadPool pool_{"test", 1};
  const HostServices services_{logger_, {pool_, pool_}, {}};
};

TEST_F(FirstContactTest, TriesStrangersAtTheSameTimeAndAnswersInTheirOrder) {
  ScriptedLauncher launcher(3);
  FirstContact contact(launcher, folder_ / "met", "build-1");
  EXPECT_THAT(meet(contact, {"good", "bad", "third"}), ElementsAre("", "bad.so: no", ""));
}

TEST_F(FirstContactTest, RemembersWhatWentWellAndNothingElse) {
  ScriptedLauncher launcher;
  for (int start = 0; start < 2; ++start) {
    FirstContact contact(launcher, folder_ / "met", "build-1");
    EXPECT_THAT(meet(contact, {"good", "bad"}), ElementsAre("", "bad.so: no"));
    EXPECT_THAT(launcher.take_tried(),
                start == 0 ? std::set<std::string>({"bad", "good"}) : std::set<std::string>({"bad"}));
  }
}

TEST_F(FirstContactTest, AnotherBuildOfTheServerMeetsEverybodyAnew) {
  ScriptedLauncher launcher;
  FirstContact old(launcher, folder_ / "met", "build-1");
  EXPECT_THAT(meet(old, {"good"}), ElementsAre(""));
  static_cast<void>(launcher.take_tried());
  FirstContact now(launcher, folder_ / "met", "build-2");
  EXPECT_THAT(meet(now, {"good"}), ElementsAre(""));
  EXPECT_THAT(launcher.take_tried(), ElementsAre("good"));
}

TEST_F(FirstContactTest, WithoutAFileItRemembersAsLongAsItLives) {
  ScriptedLauncher launcher;
  FirstContact contact(launcher, {}, "build-1");
  EXPECT_THAT(meet(contact, {"good"}), ElementsAre(""));
  static_cast<void>(launcher.take_tried());
  EXPECT_THAT(meet(contact, {"good"}), ElementsAre(""));
  EXPECT_THAT(launcher.take_tried(), IsEmpty());
}

}  // namespace
}  // namespace agenthost::plugins

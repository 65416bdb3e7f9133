#include "host/plugins/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

// A plugins directory of its own, with copies of plugins from tests/bad-plugins.
class RegistryTest : public testing::Test {
 protected:
  RegistryTest() {
    std::string pattern = (fs::temp_directory_path() / "agenthost-registry-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~RegistryTest() override { fs::remove_all(directory_); }

  void add(const std::string& plugin, const std::string& folder) {
    fs::copy(fs::path(BAD_PLUGINS_DIRECTORY) / plugin, directory_ / folder);
  }
  std::vector<models::PluginReport> scan(settings::Plugins settings = {}) {
    PluginRegistry registry(std::move(settings), {logger_, {pool_, pool_}, {}});
    const auto scanned = registry.scan(directory_);
    EXPECT_TRUE(scanned) << scanned.error().text;
    return registry.reports();
  }

  fs::path directory_;
  std::vector<std::string> warnings_;
  telemetry::Logger logger_{[this](telemetry::Level level, std::string_view, std::string_view text) {
    if (level == telemetry::Level::kWarn) warnings_.emplace_back(text);
  }};
  ThreadPool pool_{"test", 1};
};

TEST_F(RegistryTest, PassesOverWhatIsNoPluginFolder) {
  fs::create_directory(directory_ / "notes");
  std::ofstream(directory_ / "README") << "hello\n";
  add("good", "good");
  const auto reports = scan();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(reports[0].loaded);
}

TEST_F(RegistryTest, LeavesOutWhatTheOperatorDisabled) {
  add("good", "good");
  add("not_yaml", "broken");
  settings::Plugins settings;
  settings.disabled = {"good", "broken"};
  for (const auto& report : scan(settings)) {
    EXPECT_FALSE(report.loaded);
    EXPECT_EQ(report.reason, "disabled by plugins.disabled");
  }
}

TEST_F(RegistryTest, TheSecondFolderWithAnIdIsRefused) {
  add("good", "b-copy");
  add("good", "a-first");
  const auto reports = scan();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_TRUE(reports[0].loaded);
  EXPECT_EQ(fs::path(reports[0].path).filename(), "a-first");
  EXPECT_EQ(reports[1].reason, "plugin id good is taken by " + (directory_ / "a-first").string() +
                                   "; remove one or rename it in plugin.yaml");
}

TEST_F(RegistryTest, LoadsAgainAfterStop) {
  add("good", "good");
  EXPECT_TRUE(scan()[0].loaded);
  EXPECT_TRUE(scan()[0].loaded);
}

TEST_F(RegistryTest, AManifestThatIsAFolderIsRefused) {
  fs::create_directories(directory_ / "odd" / "plugin.yaml");
  const auto reports = scan();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_THAT(reports[0].reason, HasSubstr("odd/plugin.yaml: cannot be read"));
}

TEST_F(RegistryTest, NamesADirectoryThatIsNotThere) {
  PluginRegistry registry({}, {logger_, {pool_, pool_}, {}});
  const auto scanned = registry.scan(directory_ / "nowhere");
  ASSERT_FALSE(scanned);
  EXPECT_THAT(scanned.error().text,
              HasSubstr("nowhere: cannot be read as the plugins directory: No such file"));
}

TEST_F(RegistryTest, SaysOnceThatThereAreNoPlugins) {
  PluginRegistry registry({}, {logger_, {pool_, pool_}, {}});
  ASSERT_TRUE(registry.scan(directory_));
  ASSERT_TRUE(registry.reload(Retry::kChangedOnly));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr(directory_.string() + ": no plugins in it")));
  EXPECT_EQ(registry.doubts(), warnings_);
}

TEST_F(RegistryTest, TellsAPluginFromAFolderOfPlugins) {
  add("good", "good");
  PluginRegistry registry({}, {logger_, {pool_, pool_}, {}});
  ASSERT_TRUE(registry.scan(directory_ / "good/"));
  EXPECT_THAT(warnings_, ElementsAre(testing::AllOf(HasSubstr("good/: is itself a plugin"),
                                                    testing::EndsWith(", " + directory_.string()))));
}

TEST_F(RegistryTest, DoubtsSettingsForPluginsThatAreNotThere) {
  add("good", "good");
  add("not_yaml", "broken");
  settings::Plugins settings;
  settings.config = {{"goood", "{}"}, {"good", "{}"}};
  settings.disabled = {"broken", "nobody"};
  settings.grants = {{"*", {}}, {"god", {}}};
  PluginRegistry registry(settings, {logger_, {pool_, pool_}, {}});
  ASSERT_TRUE(registry.scan(directory_));
  const auto doubt = [&](const std::string& setting, const std::string& end) {
    return "plugins." + setting + ": no plugin in " + directory_.string() + " is " + end;
  };
  EXPECT_THAT(registry.doubts(), ElementsAre(doubt("disabled", "\"nobody\"; known are: broken, good"),
                                             doubt("config", "\"goood\"; did you mean \"good\"?"),
                                             doubt("grants", "\"god\"; did you mean \"good\"?")));
}

TEST_F(RegistryTest, SaysWhereThePluginsRun) {
  add("good", "good");
  EXPECT_EQ(scan()[0].isolation, "in_process");
}

TEST_F(RegistryTest, EndsWhatIsServedWithStop) {
  add("good", "good");
  PluginRegistry registry({}, {logger_, {pool_, pool_}, {}});
  ASSERT_TRUE(registry.scan(directory_));
  EXPECT_NE(registry.find("good").executor, nullptr);
  registry.stop();
  EXPECT_EQ(registry.find("good").executor, nullptr);
  registry.stop();
}

}  // namespace
}  // namespace agenthost::plugins

#include "host/plugins/folder_watcher.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <mutex>

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Counts looks; a test waits for the next one.
class FolderWatcherTest : public testing::Test {
 protected:
  FolderWatcherTest() {
    std::string pattern = (fs::temp_directory_path() / "agenthost-watch-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
  }
  ~FolderWatcherTest() override { fs::remove_all(directory_); }

  void look() {
    const std::lock_guard lock(mutex_);
    ++looks_;
    looked_.notify_all();
  }
  bool looked(int times) {
    std::unique_lock lock(mutex_);
    return looked_.wait_for(lock, 20s, [&] { return looks_ >= times; });
  }

  fs::path directory_;
  telemetry::Logger logger_{telemetry::Level::kOff};
  std::mutex mutex_;
  std::condition_variable looked_;
  // Guarded by mutex_
  int looks_ = 0;
};

TEST_F(FolderWatcherTest, LooksAtTheStartAndAfterEachChange) {
  fs::create_directory(directory_ / "old");
  FolderWatcher watcher(
      directory_, 20ms, [this] { look(); }, logger_);
  ASSERT_TRUE(looked(1));
  std::ofstream(directory_ / "old" / "plugin.yaml") << "id: x";
  ASSERT_TRUE(looked(2));
  fs::create_directory(directory_ / "new");
  ASSERT_TRUE(looked(3));
  std::ofstream(directory_ / "new" / "plugin.yaml") << "id: y";
  ASSERT_TRUE(looked(4));
  fs::rename(directory_ / "new", directory_ / "newer");
  ASSERT_TRUE(looked(5));
  fs::remove_all(directory_ / "old");
  ASSERT_TRUE(looked(6));
}

TEST_F(FolderWatcherTest, AManyFileCopyIsOneChange) {
  FolderWatcher watcher(
      directory_, 2s, [this] { look(); }, logger_);
  ASSERT_TRUE(looked(1));
  for (int i = 0; i < 200; ++i) std::ofstream(directory_ / std::to_string(i)) << "content";
  ASSERT_TRUE(looked(2));
  watcher.stop();
  EXPECT_EQ(looks_, 2);
}

TEST_F(FolderWatcherTest, ADirectoryThatComesLaterIsSeenThen) {
  const auto later = directory_ / "later";
  FolderWatcher watcher(
      later, 20ms, [this] { look(); }, logger_);
  fs::create_directory(later);
  EXPECT_TRUE(looked(1));
}

TEST_F(FolderWatcherTest, StopsInTheMiddleOfAChange) {
  FolderWatcher watcher(
      directory_, 1h, [this] { look(); }, logger_);
  ASSERT_TRUE(looked(1));
  std::ofstream(directory_ / "file") << "content";
  watcher.stop();
  EXPECT_EQ(looks_, 1);
}

}  // namespace
}  // namespace agenthost::plugins

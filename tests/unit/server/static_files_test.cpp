#include "host/server/static_files.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace agenthost::server {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "agenthost-static-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    put("site/index.html", "<p>home</p>");
    put("site/assets/app.js", "let a;");
    put("site/docs/index.html", "<p>docs</p>");
    put("secret.txt", "secret");
  }
  void TearDown() override { fs::remove_all(root_); }

  void put(const std::string& path, const std::string& content) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content;
  }

  fs::path root_;
};

TEST_F(StaticFilesTest, FindsFilesAndIndexPages) {
  const auto files = StaticFiles::load(root_ / "site");
  ASSERT_TRUE(files) << files.error().text;
  EXPECT_EQ(files->size(), 3U);
  for (const char* home : {"", "/", "index.html", "/index.html"}) {
    ASSERT_NE(files->find(home), nullptr) << home;
    EXPECT_EQ(files->find(home)->content, "<p>home</p>");
  }
  for (const char* docs : {"docs", "/docs/", "docs/index.html"}) {
    ASSERT_NE(files->find(docs), nullptr) << docs;
    EXPECT_EQ(files->find(docs)->content, "<p>docs</p>");
  }
  const auto* script = files->find("assets/app.js");
  ASSERT_NE(script, nullptr);
  EXPECT_EQ(script->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(files->find("assets"), nullptr);
  EXPECT_EQ(files->find("nothing"), nullptr);
}

TEST_F(StaticFilesTest, TagsFilesByTheirContent) {
  put("site/same.html", "<p>home</p>");
  const auto files = StaticFiles::load(root_ / "site");
  ASSERT_TRUE(files);
  EXPECT_EQ(files->find("same.html")->etag, files->find("index.html")->etag);
  EXPECT_NE(files->find("docs/")->etag, files->find("index.html")->etag);
  EXPECT_EQ(files->find("index.html")->etag.front(), '"');
}

TEST_F(StaticFilesTest, NeverLeavesTheDirectory) {
  fs::create_symlink(root_ / "secret.txt", root_ / "site/link.txt");
  fs::create_directory_symlink(root_, root_ / "site/up");
  const auto files = StaticFiles::load(root_ / "site");
  ASSERT_TRUE(files);
  for (const char* path : {"../secret.txt", "/../secret.txt", "docs/../../secret.txt", "link.txt",
                           "up/secret.txt", "..", "//secret.txt", "docs/../index.html"}) {
    EXPECT_EQ(files->find(path), nullptr) << path;
  }
}

TEST_F(StaticFilesTest, SaysWhichDirectoryIsMissing) {
  const auto files = StaticFiles::load(root_ / "absent");
  ASSERT_FALSE(files);
  EXPECT_NE(files.error().text.find("absent: No such file or directory"), std::string::npos)
      << files.error().text;
}

}  // namespace
}  // namespace agenthost::server

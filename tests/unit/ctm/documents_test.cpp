#include "nodes/documents.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace {

namespace fs = std::filesystem;
using namespace ctm;

class CtmDocuments : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "ctm-documents-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    fs::create_directories(root_ / "docs" / "sub");
    write("docs/a.txt", "Energía solar");
    write("docs/sub/b.md", "# Notas");
    write("docs/c.pdf", "%PDF");
    write("docs/bad.txt", "\xFF\xFE");
    write("secret.txt", "secreto");
    fs::create_symlink(root_ / "secret.txt", root_ / "docs" / "link.txt");
  }
  void TearDown() override { fs::remove_all(root_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(root_ / name, std::ios::binary) << text;
  }
  Documents read(const std::vector<std::string>& paths) {
    return read_documents(paths, (root_ / "docs").string(), Language::kSpanish);
  }

  fs::path root_;
};

TEST_F(CtmDocuments, ReadsTextBelowTheFolder) {
  const Documents documents = read({"a.txt", (root_ / "docs/sub/b.md").string()});
  EXPECT_EQ(documents.read, 2);
  EXPECT_TRUE(documents.notes.empty());
  EXPECT_NE(documents.text.find("Energía solar"), std::string::npos);
  EXPECT_NE(documents.text.find("# Notas"), std::string::npos);
}

TEST_F(CtmDocuments, NeverLeavesTheFolder) {
  const Documents documents =
      read({"../secret.txt", "link.txt", (root_ / "secret.txt").string(), "/etc/passwd", "sub", "", ".",
            "missing.txt", std::string("a.txt\0/../../secret.txt", 23)});
  EXPECT_EQ(documents.text.find("secreto"), std::string::npos);
  EXPECT_GE(documents.notes.size(), 8U);
  for (const std::string& note : documents.notes)
    EXPECT_EQ(note.find(root_.string()), std::string::npos) << note;
}

TEST_F(CtmDocuments, SaysWhyItRefuses) {
  write("docs/big.txt", std::string(600U << 10U, 'x'));
  const Documents documents = read({"c.pdf", "bad.txt", "big.txt"});
  EXPECT_EQ(documents.read, 0);
  ASSERT_EQ(documents.notes.size(), 3U);
  EXPECT_NE(documents.notes[0].find("PDF"), std::string::npos);
  EXPECT_NE(documents.notes[1].find("UTF-8"), std::string::npos);
  EXPECT_NE(documents.notes[2].find("512 kB"), std::string::npos);
}

TEST_F(CtmDocuments, NeedsAConfiguredFolder) {
  EXPECT_EQ(read_documents({"a.txt"}, "", Language::kSpanish).notes.size(), 1U);
  EXPECT_EQ(read_documents({"a.txt"}, (root_ / "nowhere").string(), Language::kSpanish).read, 0);
  EXPECT_TRUE(read_documents({}, "", Language::kSpanish).notes.empty());
}

}  // namespace

#include "host/plugins/library_vault.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class LibraryVaultTest : public testing::Test {
 protected:
  LibraryVaultTest() {
    std::string pattern = (fs::temp_directory_path() / "agenthost-vault-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    library_ = root_ / "library.so";
    write("abc");
  }
  ~LibraryVaultTest() override { fs::remove_all(root_); }

  void write(const std::string& content) const { std::ofstream(library_) << content; }
  static std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }

  fs::path root_;
  fs::path library_;
};

TEST_F(LibraryVaultTest, KeepsWhatItHashed) {
  const auto vault = LibraryVault::open(root_ / "copies");
  ASSERT_TRUE(vault) << vault.error().text;
  const auto copy = (*vault)->copy(library_);
  ASSERT_TRUE(copy) << copy.error().text;
  EXPECT_EQ((*copy)->sha256(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  write("something else");
  EXPECT_EQ(text_of((*copy)->file()), "abc");
}

TEST_F(LibraryVaultTest, EveryCopyHasANameOfItsOwnAndGoesWithIt) {
  const auto vault = LibraryVault::open(root_ / "copies");
  auto first = (*vault)->copy(library_);
  const auto second = (*vault)->copy(library_);
  ASSERT_TRUE(first && second);
  EXPECT_NE((*first)->file(), (*second)->file());
  const auto file = (*first)->file();
  first->reset();
  EXPECT_FALSE(fs::exists(file));
  EXPECT_TRUE(fs::exists((*second)->file()));
}

TEST_F(LibraryVaultTest, IsForNobodyElseAndEmptyAtTheStart) {
  fs::create_directory(root_ / "copies");
  std::ofstream(root_ / "copies" / "left-by-a-crash.so") << "x";
  ASSERT_TRUE(LibraryVault::open(root_ / "copies"));
  EXPECT_TRUE(fs::is_empty(root_ / "copies"));
  EXPECT_EQ(fs::status(root_ / "copies").permissions(), fs::perms::owner_all);
}

TEST_F(LibraryVaultTest, IsNoLinkToAnotherPlace) {
  fs::create_directory(root_ / "theirs");
  fs::create_directory_symlink(root_ / "theirs", root_ / "copies");
  const auto vault = LibraryVault::open(root_ / "copies");
  ASSERT_FALSE(vault);
  EXPECT_THAT(vault.error().text,
              HasSubstr("copies: cannot hold the server's copies of plugins: it is no folder"));
}

TEST_F(LibraryVaultTest, ATemporaryOneLeavesNothing) {
  auto vault = LibraryVault::open_temporary();
  ASSERT_TRUE(vault);
  auto copy = (*vault)->copy(library_);
  const auto folder = (*copy)->file().parent_path();
  copy->reset();
  vault->reset();
  EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace agenthost::plugins

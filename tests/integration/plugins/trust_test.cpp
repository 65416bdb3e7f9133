// Whose plugins are loaded, and what they are given: plugin.lock, signatures and grants, on real plugins
// (tests/reload-plugins).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/plugins/lock_file.hpp"
#include "host/plugins/registry.hpp"

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TrustTest : public testing::Test {
 protected:
  TrustTest() {
    std::string pattern = (fs::temp_directory_path() / "agenthost-trust-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    fs::create_directory(root_ / "plugins");
    fs::copy(fs::path(RELOAD_PLUGINS_DIRECTORY) / "one", folder());
    settings_.trusted_keys = {{"ops", key_.public_key()}};
  }
  ~TrustTest() override { fs::remove_all(root_); }

  [[nodiscard]] fs::path folder() const { return root_ / "plugins" / "counter"; }

  static SigningKey new_key() {
    auto key = SigningKey::create();
    AGENTHOST_CHECK(key.has_value(), "the random source works");
    return std::move(*key);
  }
  void sign(const SigningKey& key) const {
    const auto vault = LibraryVault::open_temporary();
    auto manifest = read_manifest(folder() / kManifestFile);
    ASSERT_TRUE(vault && manifest);
    const auto package = take_package(folder(), std::move(*manifest), **vault);
    ASSERT_TRUE(package) << package.error().text;
    ASSERT_TRUE(write_lock_file(folder(), *package, key));
  }
  // What becomes of the folder under a policy.
  models::PluginReport report(const std::string& trust) {
    settings_.trust = trust;
    PluginRegistry registry(settings_, {logger_, {pool_, pool_}, {}});
    const auto scanned = registry.scan(root_ / "plugins");
    EXPECT_TRUE(scanned) << scanned.error().text;
    const auto reports = registry.reports();
    return reports.empty() ? models::PluginReport{} : reports[0];
  }
  std::string mistake_in_settings() {
    PluginRegistry registry(settings_, {logger_, {pool_, pool_}, {}});
    const auto scanned = registry.scan(root_ / "plugins");
    return scanned ? "<none>" : scanned.error().text;
  }

  fs::path root_;
  const SigningKey key_ = new_key();
  settings::Plugins settings_;
  telemetry::Logger logger_{telemetry::Level::kOff};
  ThreadPool pool_{"test", 1};
};

TEST_F(TrustTest, WhatIsUnsignedIsRefusedOnlyWhenThePolicySaysSo) {
  for (const auto* trust : {"off", "warn"}) {
    EXPECT_TRUE(report(trust).loaded);
    EXPECT_EQ(report(trust).trust, "unsigned");
  }
  const auto refused = report("enforce");
  EXPECT_FALSE(refused.loaded);
  EXPECT_EQ(refused.reason,
            folder().string() +
                ": is not signed, and plugins.trust is enforce; sign it with agenthost sign " +
                folder().string() + " --key FILE");
}

TEST_F(TrustTest, ASignatureByATrustedKeyIsNamed) {
  sign(key_);
  for (const auto* trust : {"off", "warn", "enforce"}) EXPECT_EQ(report(trust).trust, "signed by ops");
}

TEST_F(TrustTest, ASignatureByAnybodyElseIsNoSignature) {
  const auto other = new_key();
  sign(other);
  EXPECT_EQ(report("warn").trust, "signed by an unknown key, " + other.public_key());
  EXPECT_THAT(report("enforce").reason, HasSubstr("which plugins.trusted_keys does not name"));
}

TEST_F(TrustTest, FilesThatAreNotThoseOfTheLockAreRefusedUnderEveryPolicy) {
  sign(key_);
  fs::copy(fs::path(RELOAD_PLUGINS_DIRECTORY) / "two" / "counter.so", folder(),
           fs::copy_options::overwrite_existing);
  for (const auto* trust : {"off", "warn", "enforce"}) {
    EXPECT_THAT(report(trust).reason, HasSubstr("counter.so is not the file plugin.lock was made for"));
  }
  sign(key_);
  std::ofstream(folder() / "plugin.yaml", std::ios::app) << "# harmless?\n";
  EXPECT_THAT(report("off").reason, HasSubstr("plugin.yaml is not the file plugin.lock was made for"));
}

TEST_F(TrustTest, ASignatureThatIsWrongIsRefusedUnderEveryPolicy) {
  sign(key_);
  // A later signature line wins.
  std::ofstream(folder() / "plugin.lock", std::ios::app)
      << "ed25519 " << key_.public_key() << ' ' << key_.sign("another text") << '\n';
  for (const auto* trust : {"off", "warn", "enforce"})
    EXPECT_THAT(report(trust).reason, HasSubstr("the signature in plugin.lock is wrong"));
}

TEST_F(TrustTest, ALockOfSha256sumIsEnoughToNoticeDamage) {
  ASSERT_EQ(
      std::system(("cd " + folder().string() + " && sha256sum plugin.yaml counter.so > plugin.lock").c_str()),
      0);
  EXPECT_EQ(report("off").trust, "unsigned, matches its plugin.lock");
  EXPECT_THAT(report("enforce").reason, HasSubstr("is not signed"));
  std::ofstream(folder() / "counter.so", std::ios::app) << "x";
  EXPECT_THAT(report("off").reason, HasSubstr("counter.so is not the file plugin.lock was made for"));
}

TEST_F(TrustTest, ALockThatSaysNothingIsRefused) {
  for (const auto* text : {"", "hello\n", "ed25519 key\n"}) {
    std::ofstream(folder() / "plugin.lock") << text;
    EXPECT_THAT(report("off").reason, HasSubstr("make it anew with agenthost sign")) << text;
  }
}

TEST_F(TrustTest, WhatIsNotGrantedIsNullAndReported) {
  EXPECT_THAT(report("off").not_granted, IsEmpty());
  settings_.grants = {{"*", {"timer"}}};
  EXPECT_THAT(report("off").not_granted, IsEmpty());
  settings_.grants = {{"*", {"timer"}}, {"counter", {"llm"}}};
  const auto seen = report("off");
  EXPECT_TRUE(seen.loaded);
  EXPECT_THAT(seen.not_granted, ElementsAre("timer"));
}

TEST_F(TrustTest, MistakesInTheSettingsEndTheStart) {
  settings_.grants = {{"counter", {"tmier"}}};
  EXPECT_EQ(mistake_in_settings(),
            "plugins.grants.counter: unknown service \"tmier\"; did you mean \"timer\"?");
  settings_.grants = {};
  settings_.trusted_keys = {{"ops", "c2hvcnQ="}};
  EXPECT_THAT(mistake_in_settings(),
              HasSubstr("plugins.trusted_keys.ops: \"c2hvcnQ=\" is no Ed25519 public key"));
  settings_.trusted_keys = {};
  settings_.trust = "enforce";
  EXPECT_THAT(mistake_in_settings(), HasSubstr("plugins.trusted_keys is empty"));
}

TEST(SigningKey, IsKeptInAFileForItsOwnerAlone) {
  std::string pattern = (fs::temp_directory_path() / "agenthost-key-XXXXXX").string();
  const fs::path folder = mkdtemp(pattern.data());
  const auto key = SigningKey::create();
  ASSERT_TRUE(key && key->write(folder / "ops.key"));
  EXPECT_EQ(fs::status(folder / "ops.key").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT(key->write(folder / "ops.key").error().text, HasSubstr("a key is never overwritten"));
  const auto same = SigningKey::read(folder / "ops.key");
  ASSERT_TRUE(same);
  EXPECT_TRUE(is_signed_by(key->public_key(), "text", same->sign("text")));
  EXPECT_FALSE(is_signed_by(key->public_key(), "another text", same->sign("text")));
  EXPECT_FALSE(SigningKey::read(folder / "nothing"));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace agenthost::plugins

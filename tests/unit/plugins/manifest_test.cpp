#include "host/plugins/manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agenthost::plugins {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kGood = R"(id: chat
version: 1.2.3
abi: "1.0"
library: libchat.so
graphs: [chat, other]
)";

std::string problem_of(const std::string& text) {
  const auto manifest = parse_manifest(text, "plugins/x/plugin.yaml");
  return manifest ? "<no problem>" : manifest.error().text;
}

// kGood with one line replaced (or appended, when no line starts with that key).
std::string with(const std::string& key, const std::string& line) {
  std::string text = kGood;
  const auto at = text.find(key + ":");
  if (at == std::string::npos) return text + line + "\n";
  return text.replace(at, text.find('\n', at) - at, line);
}

TEST(Manifest, ReadsEveryKey) {
  const auto manifest = parse_manifest(std::string(kGood) + R"(name: Chat
description: Talks.
needs: [http, timer]
config:
  greeting: "hi"
  depth: 3
  quoted: "3"
  flag: true
  nothing: ~
  list: [1.5, two]
  empty: {}
)",
                                       "plugin.yaml");
  ASSERT_TRUE(manifest) << manifest.error().text;
  EXPECT_EQ(manifest->id, "chat");
  EXPECT_EQ(manifest->version, "1.2.3");
  EXPECT_EQ(manifest->library, "libchat.so");
  EXPECT_EQ(manifest->name, "Chat");
  EXPECT_EQ(manifest->description, "Talks.");
  EXPECT_THAT(manifest->graphs, ElementsAre("chat", "other"));
  EXPECT_THAT(manifest->needs, ElementsAre("http", "timer"));
  EXPECT_EQ(
      manifest->config,
      R"({"greeting":"hi","depth":3,"quoted":"3","flag":true,"nothing":null,"list":[1.5,"two"],"empty":{}})");
}

TEST(Manifest, NeedsOnlyFiveKeys) {
  const auto manifest = parse_manifest(kGood, "plugin.yaml");
  ASSERT_TRUE(manifest) << manifest.error().text;
  EXPECT_EQ(manifest->name, "chat");
  EXPECT_EQ(manifest->config, "{}");
  EXPECT_TRUE(manifest->needs.empty());
}

TEST(Manifest, MayNameTheHostsItWantsToReach) {
  const auto manifest = parse_manifest(
      with("needs", "needs: [llm, {http: [api.example.org, \"*.example.net\"]}]"), "plugin.yaml");
  ASSERT_TRUE(manifest) << manifest.error().text;
  EXPECT_THAT(manifest->needs, ElementsAre("llm", "http"));
  EXPECT_THAT(*manifest->http_hosts, ElementsAre("api.example.org", "*.example.net"));
  EXPECT_THAT(needs_text(*manifest), ElementsAre("llm", "http (api.example.org, *.example.net)"));
}

TEST(Manifest, ShowsWhereAHostIsNone) {
  EXPECT_EQ(problem_of(with("needs", "needs: [{http: [\"https://api.example.org\"]}]")),
            "plugins/x/plugin.yaml:6:17: \"https://api.example.org\" is no host; write a name such as "
            "api.example.org or *.example.org, without scheme, port and path");
}

TEST(Manifest, AnswersAMisspeltKeyWithTheRightOne) {
  EXPECT_EQ(problem_of(std::string(kGood) + "libary: x.so\n"),
            "plugins/x/plugin.yaml:6:1: unknown key \"libary\"; did you mean \"library\"?");
  EXPECT_THAT(problem_of(std::string(kGood) + "qqqqqqqq: 1\n"), HasSubstr("known are: id, version, abi"));
}

TEST(Manifest, ReportsEveryMistakeWithItsPlace) {
  EXPECT_EQ(problem_of("id: Chat\nabi: \"1.0\"\nlibrary: [x]\ngraphs: [a, a]\n"),
            "plugins/x/plugin.yaml:1:5: \"Chat\" is no plugin id; use 1 to 64 of a-z, 0-9, '-' and '_', a "
            "letter or "
            "digit first\n"
            "plugins/x/plugin.yaml:3:10: \"library\" must be a text\n"
            "plugins/x/plugin.yaml:4:13: \"a\" is listed twice in \"graphs\"\n"
            "plugins/x/plugin.yaml:1:1: missing key \"version\"; every plugin has one");
}

struct Mistake {
  const char* key;
  const char* line;
  const char* says;
};
class ManifestMistake : public testing::TestWithParam<Mistake> {};

TEST_P(ManifestMistake, IsRefusedWithPlaceAndRemedy) {
  const auto& [key, line, says] = GetParam();
  const auto problem = problem_of(with(key, line));
  EXPECT_THAT(problem, testing::MatchesRegex("plugins/x/plugin\\.yaml:[0-9]+:[0-9]+: .*"));
  EXPECT_THAT(problem, HasSubstr(says));
}

INSTANTIATE_TEST_SUITE_P(
    Each, ManifestMistake,
    testing::Values(
        Mistake{"id", "", "missing key \"id\""}, Mistake{"id", "id: ../up", "is no plugin id"},
        Mistake{"id", "id: {a: b}", "\"id\" must be a text"}, Mistake{"id", "id: -x", "is no plugin id"},
        Mistake{"version", "version: \"1 0\"", "without spaces"},
        Mistake{"version", "version:", "must be a text"}, Mistake{"abi", "abi: one", "write abi: \"1.0\""},
        Mistake{"abi", "abi: \"1\"", "write abi: \"1.0\""},
        Mistake{"abi", "abi: \"1.0x\"", "write abi: \"1.0\""},
        Mistake{"abi", "abi: \"2.0\"",
                "needs plugin ABI 2.0, this server offers 1.0; rebuild the plugin or upgrade"},
        Mistake{"abi", "abi: \"1.9\"",
                "needs plugin ABI 1.9, this server offers 1.0; rebuild the plugin or upgrade"},
        Mistake{"abi", "abi: \"0.3\"", "needs plugin ABI 0.3, this server offers 1.0; rebuild the plugin"},
        Mistake{"library", "library: ../x.so", "without a path"},
        Mistake{"library", "library: /x.so", "without a path"},
        Mistake{"library", "library: ..", "without a path"},
        Mistake{"library", "library: \"\"", "without a path"},
        Mistake{"library", "library: \"a\\0b\"", "without a path"},
        Mistake{"graphs", "graphs: []", "\"graphs\" is empty"},
        Mistake{"graphs", "graphs: chat", "must be a list"},
        Mistake{"graphs", "graphs: [[a]]", "must hold texts only"},
        Mistake{"graphs", "graphs: [\"a b\"]", "graph id"},
        Mistake{"needs", "needs: [htpp]", "did you mean \"http\"?"},
        Mistake{"needs", "needs: http", "must be a list"},
        Mistake{"needs", "needs: [{http: x}]", "\"http\" must be a list"},
        Mistake{"needs", "needs: [{http: [[x]]}]", "\"http\" must hold texts only"},
        Mistake{"needs", "needs: [{http: [x, x]}]", "\"x\" is listed twice"},
        Mistake{"needs", "needs: [{http: [\"*\"]}]", "is no host"},
        Mistake{"needs", "needs: [{llm: [x]}]", "only http says more"},
        Mistake{"needs", "needs: [{htpp: [x]}]", "did you mean \"http\"?"},
        Mistake{"needs", "needs: [http, {http: [x]}]", "\"http\" is listed twice"},
        Mistake{"needs", "needs: [{http: [x], llm: [y]}]", "must hold names of services"},
        Mistake{"config", "config: [1]", "must be a map"},
        Mistake{"config", "config: {a: 1, a: 2}", "given twice"},
        Mistake{"config", "config: {? [a] : 1}", "a key must be a text"},
        Mistake{"name", "name: [x]", "\"name\" must be a text"}, Mistake{"more", "id: again", "given twice"},
        Mistake{"more", "{", "not readable as YAML"}, Mistake{"more", "? [a]\n: 1", "a key must be a text"}));

TEST(Manifest, RefusesWhatIsNoMap) {
  for (const auto* text : {"", "- a\n", "just words"}) {
    EXPECT_THAT(problem_of(text), HasSubstr("plugins/x/plugin.yaml:1:1: a manifest is a map of keys"))
        << text;
  }
}

TEST(Manifest, SurvivesAliasesThatGrowWithoutEnd) {
  std::string text = std::string(kGood) + "config:\n  a0: &a0 [xxxxxxxxxxxxxxxx]\n";
  for (int i = 1; i < 30; ++i) {
    const auto before = "*a" + std::to_string(i - 1);
    text += "  a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before + ", " + before + ", " +
            before + ", " + before + "]\n";
  }
  EXPECT_THAT(problem_of(text), HasSubstr("larger than 1 MB"));
}

TEST(Manifest, SurvivesDeepNesting) {
  EXPECT_THAT(
      problem_of(with("config", "config: {a: " + std::string(100, '[') + std::string(100, ']') + "}")),
      HasSubstr("nested deeper than 64 levels"));
  EXPECT_THAT(problem_of(with("config", "config: {a: " + std::string(100'000, '['))),
              HasSubstr("not readable as YAML"));
}

TEST(Manifest, NamesAFileThatIsNotThere) {
  const auto manifest = read_manifest("/nowhere/plugin.yaml");
  ASSERT_FALSE(manifest);
  EXPECT_EQ(manifest.error().text, "/nowhere/plugin.yaml: cannot be read; is it a readable file?");
}

}  // namespace
}  // namespace agenthost::plugins

#include "host/settings/settings.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

namespace agenthost::settings {
namespace {

using Environment = std::map<std::string, std::string>;

// Loads YAML text from a file of its own; problems name it "f.yaml".
class LoadSettings : public ::testing::Test {
 protected:
  LoadSettings() : folder_(make_folder()) {}
  ~LoadSettings() override { std::filesystem::remove_all(folder_); }

  Result<Settings> load(const std::string& yaml, const Environment& environment = {}) {
    const auto file = folder_ / "f.yaml";
    std::ofstream(file, std::ios::binary) << yaml;
    return load_settings(file, environment);
  }

  std::string problems(const std::string& yaml, const Environment& environment = {}) {
    const auto loaded = load(yaml, environment);
    if (loaded) return "loaded";
    auto text = loaded.error().text;
    const auto path = folder_.string() + "/";
    for (auto at = text.find(path); at != std::string::npos; at = text.find(path))
      text.erase(at, path.size());
    return text;
  }

  static std::filesystem::path make_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "agenthost-settings-XXXXXX").string();
    return mkdtemp(name.data());
  }

  const std::filesystem::path folder_;
};

TEST_F(LoadSettings, WithoutAFileGivesDefaultsAndAnOfflineModel) {
  const auto loaded = load_settings(std::nullopt, {});
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->server.port, 8000);
  EXPECT_EQ(loaded->llm.models.at("default").provider, "offline");
}

TEST_F(LoadSettings, WhatNobodyChoosesStaysAsTheProgramHasIt) {
  Settings installed;
  installed.plugins.directory = "/opt/plugins";
  installed.server.web_directory = "/opt/web";
  const auto loaded = load_settings(std::nullopt, {{"AGENTHOST_PLUGINS__DIRECTORY", "mine"}}, installed);
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->plugins.directory, "mine");
  EXPECT_EQ(loaded->server.web_directory, "/opt/web");
}

TEST_F(LoadSettings, AnEmptyFileOrSectionIsAllDefaults) {
  for (const char* yaml : {"", "# nothing\n", "server:\n", "services:\n  # x:\n", "---\n"}) {
    const auto loaded = load(yaml);
    ASSERT_TRUE(loaded) << yaml << loaded.error().text;
    EXPECT_EQ(loaded->server.host, "127.0.0.1");
  }
}

TEST_F(LoadSettings, ReadsEveryKindOfValue) {
  const auto loaded = load(R"(
server: {host: "::1", port: 9000, idle_timeout_ms: 1500, cors_origins: [a, "b"]}
storage: {directory: /tmp/x y}
plugins:
  config: {ctm: {language: es, n: 3, quoted: "3", on: true, none: ~, list: [1.5, x], deep: {a: -1e3}}}
  services: {ctm: [tavily]}
services:
  s: {enabled: no, headers: {a: 1}, query: {q: x}, retries: 0, max_per_second: 0.33}
llm: {models: {big: {provider: gemini, temperature: 0}}}
)");
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->server.host, "::1");
  EXPECT_EQ(loaded->server.port, 9000);
  EXPECT_EQ(loaded->server.idle_timeout_ms, milliseconds(1500));
  EXPECT_EQ(loaded->server.cors_origins, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(loaded->storage.directory, "/tmp/x y");
  EXPECT_EQ(
      loaded->plugins.config.at("ctm"),
      R"({"language":"es","n":3,"quoted":"3","on":true,"none":null,"list":[1.5,"x"],"deep":{"a":-1e3}})");
  EXPECT_EQ(loaded->plugins.services.at("ctm"), std::vector<std::string>{"tavily"});
  const auto& service = loaded->services.at("s");
  EXPECT_FALSE(service.enabled);
  EXPECT_EQ(service.headers.at("a"), "1");
  EXPECT_EQ(service.query.at("q"), "x");
  EXPECT_EQ(service.retries, 0);
  EXPECT_EQ(service.backoff_ms, milliseconds(500));
  EXPECT_DOUBLE_EQ(service.max_per_second, 0.33);
  EXPECT_EQ(loaded->llm.models.at("big").provider, "gemini");
  EXPECT_EQ(loaded->llm.models.at("default").provider, "offline");
}

// ---- Mistakes ----

TEST_F(LoadSettings, UnknownKeysSuggestTheNearest) {
  EXPECT_EQ(problems("server:\n  prot: 1\n"),
            R"(f.yaml:2:3: server.prot: unknown key; did you mean "port"?)");
  EXPECT_EQ(problems("sever: {}\n"), R"(f.yaml:1:1: sever: unknown key; did you mean "server"?)");
  EXPECT_EQ(problems("services:\n  x:\n    retrys: 1\n"),
            R"(f.yaml:3:5: services.x.retrys: unknown key; did you mean "retries"?)");
  EXPECT_EQ(problems("llm: {models: {default: {modle: x}}}\n"),
            R"(f.yaml:1:26: llm.models.default.modle: unknown key; did you mean "model"?)");
}

TEST_F(LoadSettings, UnknownKeysFarFromAllListTheKnown) {
  EXPECT_EQ(problems("api: {qqqqqqqq: 1}"),
            "f.yaml:1:7: api.qqqqqqqq: unknown key; known here: wait_envelope, heartbeat_ms, "
            "configurable_headers, mcp, a2a, admin");
}

TEST_F(LoadSettings, WrongTypesSayWhatWasExpectedAndFound) {
  EXPECT_EQ(problems("server:\n  port: abc\n"),
            R"(f.yaml:2:9: server.port: expected a whole number, found "abc")");
  EXPECT_EQ(problems("server: {port: 80.5}"),
            R"(f.yaml:1:16: server.port: expected a whole number, found "80.5")");
  EXPECT_EQ(problems("server: {port: [1]}"),
            "f.yaml:1:16: server.port: expected whole number, 0 to 65535, found a list");
  EXPECT_EQ(problems("server: {host: }"), "f.yaml:1:16: server.host: expected text, found nothing");
  EXPECT_EQ(problems("server: 8000"), R"(f.yaml:1:9: server: expected a map, found "8000")");
  EXPECT_EQ(problems("server: {cors_origins: x}"),
            R"(f.yaml:1:24: server.cors_origins: expected a list, found "x")");
  EXPECT_EQ(problems("services: {s: {enabled: maybe}}"),
            R"(f.yaml:1:25: services.s.enabled: expected true or false, found "maybe")");
  EXPECT_EQ(problems("services: {s: {max_per_second: 1x}}"),
            R"(f.yaml:1:32: services.s.max_per_second: expected a number, found "1x")");
  EXPECT_EQ(problems("services: {s: {headers: {a: [x]}}}"),
            "f.yaml:1:29: services.s.headers.a: expected text, found a list");
  EXPECT_EQ(problems("plugins: {config: {ctm: 3}}"),
            R"(f.yaml:1:25: plugins.config.ctm: expected a map, found "3")");
  EXPECT_EQ(problems("storage: {directory: ''}"), "f.yaml:1:22: storage.directory: a path must not be empty");
  EXPECT_EQ(problems("- a\n"), "f.yaml:1:1: expected a map, found a list");
  EXPECT_EQ(problems("[a]: 1\n"), "f.yaml:1:1: expected a key, found a list");
}

TEST_F(LoadSettings, ValuesOutOfRangeSayTheRange) {
  EXPECT_EQ(problems("server: {port: 70000}"), "f.yaml:1:16: server.port: 70000 is out of range: 0 to 65535");
  EXPECT_EQ(problems("server: {port: -1}"), "f.yaml:1:16: server.port: -1 is out of range: 0 to 65535");
  EXPECT_EQ(problems("runtime: {max_state_bytes: 99999999999999999999}"),
            "f.yaml:1:28: runtime.max_state_bytes: 99999999999999999999 is out of range: 1024 to 4294967296");
  EXPECT_EQ(problems("llm: {models: {m: {temperature: nan}}}"),
            "f.yaml:1:33: llm.models.m.temperature: nan is out of range: 0 to 2");
}

TEST_F(LoadSettings, ChoicesAreListedAndTheNearestSuggested) {
  EXPECT_EQ(
      problems("log: {level: wran}"),
      R"(f.yaml:1:14: log.level: expected one of debug, info, warn, error, off; found "wran"; did you mean "warn"?)");
  EXPECT_EQ(problems("storage: {kind: cassandra}"),
            R"(f.yaml:1:17: storage.kind: expected one of sqlite, memory; found "cassandra")");
}

TEST_F(LoadSettings, PluginsRunWhereTheirOwnWordSaysElseWhereAllDo) {
  const auto loaded = load("plugins: {isolation: process, isolation_by_plugin: {ctm: in_process}}");
  EXPECT_EQ(loaded->plugins.isolation_of("ctm"), Isolation::kInProcess);
  EXPECT_EQ(loaded->plugins.isolation_of("echo"), Isolation::kProcess);
  EXPECT_EQ(problems("plugins: {isolation_by_plugin: {ctm: child}}"),
            R"(plugins.isolation_by_plugin.ctm: expected one of in_process, process; found "child")");
}

TEST_F(LoadSettings, DuplicateKeysAreRefusedAtTheSecond) {
  EXPECT_EQ(problems("server:\n  port: 1\n  port: 2\n"),
            "f.yaml:3:3: server.port: duplicate key; remove one of the two");
  EXPECT_EQ(problems("plugins: {config: {a: {x: 1, x: 2}}}"),
            "f.yaml:1:30: plugins.config.a.x: duplicate key; remove one of the two");
}

TEST_F(LoadSettings, BadYamlIsReportedWhereItBreaks) {
  EXPECT_EQ(problems("server: {port: 1\n").substr(0, 30), "f.yaml:2:1: not valid YAML: en");
  EXPECT_EQ(problems("a: b: c\n").substr(0, 30), "f.yaml:1:5: not valid YAML: il");
  EXPECT_EQ(problems("log: {}\n---\nlog: {}\n"),
            "f.yaml:2:1: a second document, or text that belongs to none; only one is read");
}

// yaml-cpp's LoadAll never comes back from this one.
TEST_F(LoadSettings, StrayTextEndsTheReading) {
  EXPECT_EQ(problems(", a: b\n"),
            "f.yaml:1:1: a second document, or text that belongs to none; only one is read");
}

TEST_F(LoadSettings, AllProblemsComeAtOnceOnePerLine) {
  EXPECT_EQ(
      problems("server:\n  prot: 1\n  port: x\nlog: {level: 1}\n", {{"AGENTHOST_API__HEARTBEAT_MS", "0"}}),
      R"(f.yaml:2:3: server.prot: unknown key; did you mean "port"?)"
      "\n"
      R"(f.yaml:3:9: server.port: expected a whole number, found "x")"
      "\n"
      R"(f.yaml:4:14: log.level: expected one of debug, info, warn, error, off; found "1")"
      "\n"
      "AGENTHOST_API__HEARTBEAT_MS: api.heartbeat_ms: 0 is out of range: 10 to 86400000");
}

TEST_F(LoadSettings, AMissingFileOrAFolderIsNamed) {
  EXPECT_EQ(load_settings("no/such.yaml", {}).error().text,
            "no/such.yaml: no such file; give its path with --config, or leave --config out");
  EXPECT_EQ(load_settings(folder_, {}).error().text,
            folder_.string() + ": is a folder; name the YAML file in it");
}

TEST_F(LoadSettings, DocumentsThatGrowWithoutEndAreRefused) {
  EXPECT_EQ(problems("plugins: {config: {p: &p {again: *p}}}").substr(0, 7), "f.yaml:");
  std::string bomb = "plugins:\n  config:\n    p:\n      a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name <= 'k'; ++name) {
    bomb += std::string("      ") + name + ": &" + name + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i == 0 ? "*" : ",*") + static_cast<char>(name - 1);
    bomb += "]\n";
  }
  EXPECT_NE(problems(bomb).find("too large or nested too deeply"), std::string::npos);
  EXPECT_NE(problems("a: " + std::string(100'000, '[')), "loaded");
}

// ---- ${} ----

TEST_F(LoadSettings, ReplacesVariablesInEveryKindOfValue) {
  const auto loaded = load(R"(
server: {host: "${HOST}", port: "${PORT:-7}", cors_origins: ["${HOST}", "x${EMPTY:-y}z"]}
services: {s: {enabled: "${LIVE:-false}", headers: {authorization: "Bearer ${KEY:-}"}}}
plugins: {config: {p: {plain: '${HOST}', dollar: "$${HOST} $5"}}}
)",
                           {{"HOST", "h"}, {"EMPTY", ""}, {"LIVE", "true"}});
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->server.host, "h");
  EXPECT_EQ(loaded->server.port, 7);
  EXPECT_EQ(loaded->server.cors_origins, (std::vector<std::string>{"h", "xyz"}));
  EXPECT_TRUE(loaded->services.at("s").enabled);
  EXPECT_EQ(loaded->services.at("s").headers.at("authorization"), "Bearer ");
  EXPECT_EQ(loaded->plugins.config.at("p"), R"({"plain":"h","dollar":"${HOST} $5"})");
}

TEST_F(LoadSettings, ReplacedTextIsNotReplacedAgain) {
  EXPECT_EQ(load("server: {host: '${A}'}", {{"A", "${B}"}})->server.host, "${B}");
}

TEST_F(LoadSettings, UnsetAndMalformedVariablesAreNamed) {
  EXPECT_EQ(
      problems("server: {host: '${NOPE}'}"),
      "f.yaml:1:16: server.host: environment variable NOPE is not set; set it, or write ${NOPE:-default}");
  EXPECT_EQ(problems("server: {host: 'a${NOPE'}"),
            R"(f.yaml:1:16: server.host: "${" without "}"; close it, or write $${ for a plain ${)");
  EXPECT_EQ(
      problems("server: {host: '${1-x}'}"),
      R"(f.yaml:1:16: server.host: "${1-x}" names no variable; write ${NAME} or ${NAME:-default}, or $${ for a plain ${)");
}

// ---- AGENTHOST_SECTION__KEY ----

TEST_F(LoadSettings, TheEnvironmentWinsOverTheFile) {
  const auto loaded = load("server: {port: 1, host: a}\n", {{"AGENTHOST_SERVER__PORT", "9000"},
                                                            {"AGENTHOST_SERVER__CORS_ORIGINS", " a , b,"},
                                                            {"AGENTHOST_SERVER__HOST", "${literal}"}});
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->server.port, 9000);
  EXPECT_EQ(loaded->server.cors_origins, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(loaded->server.host, "${literal}");
}

TEST_F(LoadSettings, TheEnvironmentReachesEntriesThatExist) {
  const auto loaded =
      load("services: {my-api: {}}\n", {{"AGENTHOST_LLM__MODELS__DEFAULT__PROVIDER", "gemini"},
                                        {"AGENTHOST_SERVICES__MY_API__RETRIES", "7"},
                                        {"AGENTHOST_SERVICES__MY_API__QUERY", "{a: b}"},
                                        {"AGENTHOST_PLUGINS__CONFIG", R"({"ctm": {"n": 1}})"}});
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->llm.models.at("default").provider, "gemini");
  EXPECT_EQ(loaded->services.at("my-api").retries, 7);
  EXPECT_EQ(loaded->services.at("my-api").query.at("a"), "b");
  EXPECT_EQ(loaded->plugins.config.at("ctm"), R"({"n":1})");
}

TEST_F(LoadSettings, EnvironmentMistakesNameTheVariable) {
  EXPECT_EQ(problems("", {{"AGENTHOST_SERVER__PROT", "1"}}),
            "AGENTHOST_SERVER__PROT: unknown key; did you mean AGENTHOST_SERVER__PORT?");
  EXPECT_EQ(problems("", {{"AGENTHOST_QQQ__ZZZ", "1"}}),
            "AGENTHOST_QQQ__ZZZ: unknown key; docs/configuration.md lists the known ones");
  EXPECT_EQ(problems("", {{"AGENTHOST_SERVER__PORT", "x"}}),
            R"(AGENTHOST_SERVER__PORT: server.port: expected a whole number, found "x")");
  EXPECT_EQ(problems("", {{"AGENTHOST_PLUGINS__CONFIG", "{a: 1}"}}),
            R"(AGENTHOST_PLUGINS__CONFIG:1:5: plugins.config.a: expected a map, found "1")");
}

TEST_F(LoadSettings, OtherVariablesAreLeftAlone) {
  EXPECT_TRUE(load("", {{"AGENTHOST_LIVE", "true"}, {"PATH", "/bin"}, {"XAGENTHOST_A__B", "1"}}));
}

// ---- require ----

TEST_F(LoadSettings, AServiceWithoutItsKeyIsOff) {
  const std::string yaml = "services: {s: {require: ['${KEY:-}', fixed]}, t: {enabled: false, require: [x]}}";
  EXPECT_FALSE(load(yaml)->services.at("s").enabled);
  EXPECT_TRUE(load(yaml, {{"KEY", "k"}})->services.at("s").enabled);
  EXPECT_FALSE(load(yaml)->services.at("t").enabled);
}

}  // namespace
}  // namespace agenthost::settings

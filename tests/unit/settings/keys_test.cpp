// The table of keys, the shipped config/agenthost.yaml and docs/configuration.md say the same.
#include "host/settings/keys.hpp"

#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <sstream>

namespace agenthost::settings {
namespace {

const std::filesystem::path kRepository = AGENTHOST_SOURCE_DIR;

YAML::Node shipped_node(const std::string& path) {
  YAML::Node node = YAML::LoadFile((kRepository / "config/agenthost.yaml").string());
  std::istringstream parts(path);
  for (std::string part; std::getline(parts, part, '.');) node.reset(node[part]);
  return node;
}

Settings load_shipped(const std::map<std::string, std::string>& environment) {
  auto loaded = load_settings(kRepository / "config/agenthost.yaml", environment);
  if (!loaded) ADD_FAILURE() << loaded.error().text;
  return loaded.value_or(Settings{});
}

// The table row of docs/configuration.md that begins with `name` in its first cell.
std::string documented(const std::string& name) {
  std::ifstream file(kRepository / "docs/configuration.md");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("| `" + name + "` |", 0) == 0) return line;
  }
  return "";
}

void expect_documented(const std::string& name, const Key& key) {
  const auto row = documented(name);
  EXPECT_NE(row.find("| `" + value_text(key.target) + "` |"), std::string::npos) << name << ": " << row;
  EXPECT_NE(row.find("| " + type_text(key) + " |"), std::string::npos) << name << ": " << row;
}

struct FitsRange {
  const Key& key;
  template <class Number>
  std::enable_if_t<std::is_integral_v<Number>, bool> operator()(const Number*) const {
    return key.range.least >= 0 && static_cast<std::uint64_t>(key.range.most) <=
                                       static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
  }
  template <class Other>
  std::enable_if_t<!std::is_arithmetic_v<std::remove_pointer_t<Other>>, bool> operator()(const Other&) const {
    return true;
  }
  bool operator()(const bool*) const { return true; }
  bool operator()(const double*) const { return key.range.most > 0; }
  bool operator()(const milliseconds*) const { return key.range.most > 0; }
};

template <class Settings>
void expect_sound(Settings object) {
  std::set<std::string> paths;
  for (const auto& key : keys_of(object)) {
    EXPECT_TRUE(paths.insert(key.path).second) << key.path << " is in the table twice";
    EXPECT_TRUE(std::visit(FitsRange{key}, key.target)) << key.path << ": its range does not fit its member";
  }
}

TEST(Keys, AreUniqueAndTheirRangesFitTheirMembers) {
  expect_sound(Settings{});
  expect_sound(Service{});
  expect_sound(LlmModel{});
}

TEST(Keys, HaveEnvironmentNames) {
  EXPECT_EQ(environment_name("server.port"), "AGENTHOST_SERVER__PORT");
  EXPECT_EQ(environment_name("services.my-api.base_url"), "AGENTHOST_SERVICES__MY_API__BASE_URL");
}

TEST(ShippedConfig, SetsEveryKeyToItsDefault) {
  Settings shipped = load_shipped({});
  Settings defaults;
  const auto expected = keys_of(defaults);
  const auto actual = keys_of(shipped);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(shipped_node(expected[i].path).IsDefined()) << expected[i].path << " is missing in the file";
    EXPECT_EQ(value_text(actual[i].target), value_text(expected[i].target)) << expected[i].path;
  }
  EXPECT_TRUE(shipped.plugins.config.empty());
  EXPECT_TRUE(shipped.plugins.services.empty());
}

TEST(ShippedConfig, ShowsEveryKeyOfAServiceAndOfAModel) {
  Service service;
  for (const auto& key : keys_of(service)) {
    EXPECT_TRUE(shipped_node("services.tavily." + key.path).IsDefined()) << key.path;
  }
  LlmModel expected;
  LlmModel actual = load_shipped({}).llm.models.at("default");
  const auto keys = keys_of(expected);
  const auto values = keys_of(actual);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_TRUE(shipped_node("llm.models.default." + keys[i].path).IsDefined()) << keys[i].path;
    EXPECT_EQ(value_text(values[i].target), value_text(keys[i].target)) << keys[i].path;
  }
}

TEST(ShippedConfig, IsOfflineUntilAskedOtherwise) {
  for (const auto& [name, service] : load_shipped({}).services) EXPECT_FALSE(service.enabled) << name;
  const auto with_key = load_shipped({{"TAVILY_API_KEY", "k"}}).services;
  EXPECT_TRUE(with_key.at("tavily").enabled);
  EXPECT_EQ(with_key.at("tavily").headers.at("authorization"), "Bearer k");
  EXPECT_FALSE(with_key.at("arxiv").enabled);
  const auto live = load_shipped({{"AGENTHOST_LIVE", "true"}}).services;
  for (const char* name : {"arxiv", "semantic_scholar", "minciencias", "nsf"})
    EXPECT_TRUE(live.at(name).enabled) << name;
  EXPECT_FALSE(live.at("tavily").enabled);
  EXPECT_FALSE(live.at("brave").enabled);
}

TEST(Documentation, HasEveryKeyWithTypeAndDefault) {
  Settings settings;
  for (const auto& key : keys_of(settings)) expect_documented(key.path, key);
  Service service;
  for (const auto& key : keys_of(service)) expect_documented("services.NAME." + key.path, key);
  LlmModel model;
  for (const auto& key : keys_of(model)) expect_documented("llm.models.NAME." + key.path, key);
}

}  // namespace
}  // namespace agenthost::settings

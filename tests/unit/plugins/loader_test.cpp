// What the loader checks once a library is open, with entry functions inside this test. Real libraries, good
// and bad, are loaded by tests/integration/plugins.
#include "host/plugins/loader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/plugins/host_api.hpp"
#include "tests/unit/plugins/scripted_plugin.hpp"

// The ABI leaves this type to the plugin. One object, because an entry function has no other way to what a
// test wants.
struct agent_plugin {
  agent_plugin_api api = agenthost::plugins::test::scripted_api();
  agent_entry_reply reply{};
  std::string description, config, events;
  const void* timer = nullptr;
  const void* http = nullptr;
};

namespace agenthost::plugins {
namespace {

using testing::HasSubstr;

constexpr const char* kDescription =
    R"({"graphs":[{"graph_id":"a","nodes":[{"name":"n"}],"edges":[["__start__","n"]]},
                  {"graph_id":"b","nodes":[{"name":"n"}],"edges":[["__start__","n"]]}]})";

agent_plugin* current = nullptr;

agent_status entry(const agent_entry_request* request, agent_entry_reply* reply) {
  const auto size = reply->struct_size;
  *reply = current->reply;
  reply->struct_size = size;
  current->timer = request->host_api->get_extension(request->host, borrow("agent.timer/1"));
  current->http = request->host_api->get_extension(request->host, borrow("agent.http/1"));
  return AGENT_OK;
}

agent_status describe(agent_plugin* self, agent_bytes* out) noexcept {
  *out = give(self->description);
  return AGENT_OK;
}

agent_status create_graph(agent_plugin* self, agent_str id, agent_str config, agent_graph** out,
                          agent_bytes* error) noexcept {
  self->events += "+" + std::string(view(id));
  self->config = view(config);
  if (self->config.find("\"broken\":\"" + std::string(view(id)) + "\"") != std::string::npos) {
    *error = give("the key is missing");
    return AGENT_INVALID;
  }
  *out = reinterpret_cast<agent_graph*>(self);  // opaque to the host
  return AGENT_OK;
}

void destroy_graph(agent_graph* graph) noexcept {
  reinterpret_cast<agent_plugin*>(graph)->events += "-";
}

agent_status stop(agent_plugin* self) noexcept {
  self->events += ".";
  return AGENT_OK;
}

class LoaderTest : public testing::Test {
 protected:
  LoaderTest() {
    current = &plugin_;
    plugin_.api.describe = describe;
    plugin_.api.create_graph = create_graph;
    plugin_.api.destroy_graph = destroy_graph;
    plugin_.api.stop = stop;
    plugin_.description = kDescription;
    plugin_.reply = {
        0, AGENT_ABI_MAJOR, AGENT_ABI_MINOR, 0, borrow("test"), borrow("1.0"), &plugin_.api, &plugin_};
    manifest_.id = "test";
    manifest_.version = "1.0";
    manifest_.library = "test.so";
    manifest_.graphs = {"b", "a"};
  }

  Result<LoadedPlugin> load(const std::string& config = "") {
    return enter_plugin(manifest_, &entry, nullptr, config, services_);
  }
  std::string refusal(const std::string& config = "") {
    const auto loaded = load(config);
    return loaded ? "<loaded>" : loaded.error().text;
  }

  agent_plugin plugin_;
  Manifest manifest_;
  telemetry::Logger logger_{telemetry::Level::kOff};
  ThreadPool pool_{"test", 1};
  HostServices services_{logger_, {pool_, pool_}, {}};
};

TEST_F(LoaderTest, MakesEveryGraphWithTheOperatorsConfigOnTop) {
  manifest_.config = R"({"a":1,"b":1})";
  auto loaded = load(R"({"b":2})");
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->graphs.size(), 2U);
  EXPECT_EQ(plugin_.config, R"({"a":1,"b":2})");
  EXPECT_TRUE(unload_plugin(std::move(*loaded)));
  EXPECT_EQ(plugin_.events, "+a+b--.");
}

TEST_F(LoaderTest, AFailedGraphUndoesTheOthers) {
  EXPECT_EQ(refusal(R"({"broken":"b"})"), "test.so: graph b could not be made: the key is missing");
  EXPECT_EQ(plugin_.events, "+a+b-.");
}

TEST_F(LoaderTest, LeavesAPluginAloneThatIsStillInUse) {
  auto loaded = load();
  ASSERT_TRUE(loaded);
  const auto in_use = loaded->graphs[0];
  EXPECT_FALSE(unload_plugin(std::move(*loaded)));
  EXPECT_EQ(plugin_.events, "+a+b");
}

TEST_F(LoaderTest, RefusesOtherMajorsWithBothVersionsInText) {
  plugin_.reply.abi_major = 2;
  EXPECT_EQ(
      refusal(),
      "test.so: needs plugin ABI 2.0, this server offers 1.0; rebuild the plugin or upgrade the server");
  plugin_.reply.abi_major = 1;
  plugin_.reply.abi_minor = 3;
  EXPECT_EQ(
      refusal(),
      "test.so: needs plugin ABI 1.3, this server offers 1.0; rebuild the plugin or upgrade the server");
  plugin_.reply.abi_major = 0;
  EXPECT_THAT(refusal(), HasSubstr("left abi_major 0"));
}

TEST_F(LoaderTest, RefusesALibraryThatIsNotTheManifests) {
  plugin_.reply.plugin_id = borrow("other");
  EXPECT_EQ(refusal(),
            "test.so: the library says its id is \"other\", plugin.yaml says \"test\"; make them equal");
  plugin_.reply.plugin_id = borrow("test");
  plugin_.reply.plugin_version = borrow("0.9");
  EXPECT_THAT(refusal(),
              HasSubstr("its version is \"0.9\", plugin.yaml says \"1.0\"; is the library an old build?"));
}

TEST_F(LoaderTest, RefusesAShortOrEmptyTable) {
  plugin_.api.stop = nullptr;
  EXPECT_THAT(refusal(), HasSubstr("its function table has no stop"));
  plugin_.api.struct_size = AGENT_SIZE(agent_plugin_api, create_graph);
  EXPECT_THAT(refusal(), HasSubstr("its function table has no destroy_graph"));
  plugin_.reply.plugin_api = nullptr;
  EXPECT_THAT(refusal(), HasSubstr("set no plugin_api"));
}

TEST_F(LoaderTest, CancelIsOptional) {
  plugin_.api.cancel = nullptr;
  EXPECT_EQ(refusal(), "<loaded>");
}

TEST_F(LoaderTest, RefusesADescriptionItCannotUse) {
  plugin_.description = "garbage";
  EXPECT_THAT(refusal(), HasSubstr("describe returned what is no JSON"));
  plugin_.description = "[]";
  EXPECT_THAT(refusal(), HasSubstr("describe must return {\"graphs\": [...]}"));
  plugin_.description = R"({"graphs":[{"graph_id":"a"}]})";
  EXPECT_THAT(refusal(), HasSubstr("test.so: describe: graph description: nodes"));
  EXPECT_EQ(plugin_.events, "...");  // stopped each time, no graph made
}

TEST_F(LoaderTest, RefusesGraphsThatTheManifestDoesNotList) {
  manifest_.graphs = {"a", "c"};
  EXPECT_EQ(refusal(), "test.so: describes the graphs a, b, plugin.yaml lists a, c; make them equal");
}

TEST_F(LoaderTest, GrantsAnExtensionOnlyWhenAskedFor) {
  static const int table = 0;
  services_.extensions = {{"agent.timer/1", &table, nullptr, {}}, {"agent.http/1", &table, nullptr, {}}};
  EXPECT_EQ(refusal(), "<loaded>");
  EXPECT_EQ(plugin_.timer, nullptr);
  manifest_.needs = {"timer"};
  EXPECT_EQ(refusal(), "<loaded>");
  EXPECT_EQ(plugin_.timer, &table);
  EXPECT_EQ(plugin_.http, nullptr);
}

TEST_F(LoaderTest, AnExtensionMayBeMadeForEachPlugin) {
  static const int table = 0;
  const auto id_of = [](const Manifest& manifest) { return std::make_shared<std::string>(manifest.id); };
  manifest_.needs = {"http"};
  const auto granted = granted_to(manifest_, {{"agent.http/1", &table, nullptr, id_of}});
  ASSERT_EQ(granted.size(), 1U);
  EXPECT_EQ(*std::static_pointer_cast<std::string>(granted[0].instance), manifest_.id);
}

}  // namespace
}  // namespace agenthost::plugins

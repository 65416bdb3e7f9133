// The store, as a node sees it.
#include <gtest/gtest.h>

#include <string>

#include "agenthost/sdk/agent.hpp"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Code;
using agent::Context;
using agent::Json;
using agent::Namespace;
using agent::State;
using agent::Task;
using agent::Update;
using agent::testing::Host;

template <class Node>
std::unique_ptr<Host> host_of(Node node) {
  return std::make_unique<Host>(
      [node](agent::Plugin& plugin) { plugin.graph("g").node("n", node).edge(agent::kStart, "n"); });
}

TEST(Store, GivesBackWhatANodeKeptAndForgetsWhatItRemoved) {
  auto host = host_of([](State, Context ctx) -> Task<Update> {
    const Namespace mine{"users", "42"};
    const Json first{{"likes", "tea"}};
    const Json second{{"likes", "coffee"}};
    const auto before = co_await ctx.store().get(mine, "drink");
    co_await ctx.store().put(mine, "drink", first);
    co_await ctx.store().put(mine, "drink", second, std::chrono::hours(1));
    co_await ctx.store().put(mine, "gone", first);
    co_await ctx.store().remove(mine, "gone");
    const auto after = co_await ctx.store().get(mine, "drink");
    const auto gone = co_await ctx.store().get(mine, "gone");
    co_return Update{}
        .set("before", before.has_value())
        .set("after", after.value_or(Json()))
        .set("gone", gone.has_value());
  });
  const auto outcome = host->run("g", "n", Json::object());
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update, Json::parse(R"({"before":false,"after":{"likes":"coffee"},"gone":false})"));
  EXPECT_EQ(host->store().get({"users", "42"}, "drink"), Json::parse(R"({"likes":"coffee"})"));
}

TEST(Store, SearchesBelowANamespaceLastChangedFirst) {
  auto host = host_of([](State, Context ctx) -> Task<Update> {
    const Namespace users{"users"};
    agent::StoreSearch search;
    search.filter = {{"kind", "b"}};
    agent::NamespaceSearch all;
    all.max_depth = 1;
    const auto found = co_await ctx.store().search(users);
    const auto filtered = co_await ctx.store().search(users, search);
    const auto spaces = co_await ctx.store().namespaces(all);
    Json keys = Json::array();
    for (const auto& item : found) keys.push_back(item.key);
    co_return Update{}
        .set("keys", keys)
        .set("first", filtered.at(0).key + " in " + filtered.at(0).name_space.at(1))
        .set("spaces", spaces);
  });
  host->store().put({"users", "1"}, "a", {{"kind", "a"}});
  host->store().put({"users", "2"}, "b", {{"kind", "b"}});
  host->store().put({"other"}, "c", {{"kind", "b"}});
  const auto outcome = host->run("g", "n", Json::object());
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update,
            Json::parse(R"({"keys":["b","a"],"first":"b in 2","spaces":[["other"],["users"]]})"));
}

TEST(Store, RefusesWhatTheRealOneRefuses) {
  auto host = host_of([](State state, Context ctx) -> Task<Update> {
    const Namespace name_space = state.get<Namespace>("namespace");
    const Json value = state.get<Json>("value");
    co_await ctx.store().put(name_space, "k", value);
    co_return Update{};
  });
  EXPECT_EQ(host->run("g", "n", Json::parse(R"({"namespace":["a.b"],"value":{}})")).code, Code::kInvalid);
  EXPECT_EQ(host->run("g", "n", Json::parse(R"({"namespace":[],"value":{}})")).code, Code::kInvalid);
  EXPECT_EQ(host->run("g", "n", Json::parse(R"({"namespace":["a"],"value":1})")).code, Code::kInvalid);
  EXPECT_TRUE(host->run("g", "n", Json::parse(R"({"namespace":["a"],"value":{}})")).ok());
  host->without_store();
  EXPECT_EQ(host->run("g", "n", Json::parse(R"({"namespace":["a"],"value":{}})")).code, Code::kDenied);
}

}  // namespace

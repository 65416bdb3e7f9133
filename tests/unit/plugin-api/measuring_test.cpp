// Metrics and spans, as a node keeps them.
#include <gtest/gtest.h>

#include <limits>

#include "agenthost/sdk/agent.hpp"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Context;
using agent::Json;
using agent::State;
using agent::Update;
using agent::testing::Host;

template <class Node>
Host host_of(Node node) {
  return Host([node](agent::Plugin& plugin) { plugin.graph("g").node("n", node).edge(agent::kStart, "n"); });
}

TEST(Metrics, AreCountedByNameAndLabels) {
  auto host = host_of([](const State&, const Context& ctx) {
    const agent::Metrics metrics = ctx.metrics();
    metrics.counter("papers_read_total", "Papers read.", {{"source", "openalex"}}).add(2);
    metrics.counter("papers_read_total", "Papers read.", {{"source", "openalex"}}).add();
    metrics.counter("papers_read_total", "Papers read.", {{"source", "arxiv"}}).add();
    metrics.gauge("queue_length", "That wait.").set(7);
    metrics.gauge("queue_length", "That wait.").add(-2);
    metrics.histogram("answer_seconds", "How long.").observe(0.2);
    metrics.histogram("answer_seconds", "How long.").observe(20);
    return Update{};
  });
  ASSERT_TRUE(host.run("g", "n", Json::object()).ok());
  EXPECT_EQ(host.metric("papers_read_total", {{"source", "openalex"}}), 3);
  EXPECT_EQ(host.metric("papers_read_total", {{"source", "arxiv"}}), 1);
  EXPECT_EQ(host.metric("queue_length"), 5);
  EXPECT_EQ(host.metric("answer_seconds"), 2);
  EXPECT_EQ(host.metric("never_counted_total"), 0);
}

TEST(Metrics, NeverMakeANodeFail) {
  auto host = host_of([](const State&, const Context& ctx) {
    const agent::Metrics metrics = ctx.metrics();
    metrics.counter("no\xFFutf8_total", "").add();
    metrics.counter("papers_read_total", "").add(-1);
    metrics.counter("papers", "").add();
    metrics.gauge("papers_read_total", "").set(3);
    metrics.gauge("queue_length", "").set(std::numeric_limits<double>::quiet_NaN());
    return Update{};
  });
  EXPECT_TRUE(host.run("g", "n", Json::object()).ok());
  EXPECT_EQ(host.metric("papers_read_total"), 0);
  EXPECT_EQ(host.metric("papers"), 0);
  EXPECT_EQ(host.metric("queue_length"), 0);
}

TEST(Spans, HaveParentsAttributesAndErrors) {
  auto host = host_of([](const State&, const Context& ctx) {
    agent::Span outer = ctx.span("rank");
    outer.set("candidates", 42);
    {
      agent::Span inner = outer.child("ask");
      inner.fail("no answer");
    }
    return Update{}.set("header", outer.traceparent());
  });
  const auto outcome = host.run("g", "n", Json::object());
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  const auto spans = host.spans();
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0]["name"], "ask");
  EXPECT_EQ(spans[0]["error"], "no answer");
  EXPECT_EQ(spans[0]["parent"], spans[1]["id"]);
  EXPECT_EQ(spans[1]["name"], "rank");
  EXPECT_EQ(spans[1]["error"], "");
  EXPECT_EQ(spans[1]["parent"], 0);
  EXPECT_EQ(spans[1]["attributes"], (Json{{"candidates", 42}}));
  EXPECT_EQ(outcome.update["header"].get<std::string>().size(), 55U);
}

TEST(Spans, AreToldOnceWhereverTheyMove) {
  auto host = host_of([](const State&, const Context& ctx) {
    agent::Span first = ctx.span("moved");
    agent::Span second = std::move(first);
    second.end();
    second.end();
    const agent::Span late = second.child("late");
    const agent::Span stray = first.child("stray");
    return Update{};
  });
  ASSERT_TRUE(host.run("g", "n", Json::object()).ok());
  const auto spans = host.spans();
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[1]["name"], "late");
  EXPECT_EQ(spans[1]["parent"], spans[0]["id"]);
}

}  // namespace

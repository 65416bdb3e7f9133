#include "host/runtime/graph.hpp"

#include <gtest/gtest.h>

namespace agenthost::runtime {
namespace {

std::string problem(const std::string& json) {
  const auto document = parse_json(json);
  const auto graph = Graph::from_json(*document);
  return graph ? "none" : graph.error().text;
}

TEST(GraphFromJson, NamesTheMemberAndTheRemedy) {
  EXPECT_EQ(problem("{}"), "graph description: graph_id: missing; every graph needs one");
  EXPECT_EQ(problem(R"({"graph_id":"g"})"), "graph description: nodes: a graph needs at least one");
  EXPECT_EQ(problem(R"({"graph_id":"g","nodes":[{"name":"a|b"}]})"),
            "graph description: nodes: \"a|b\" is no node name: 1 to 128 characters without '|' and ':', not "
            "__start__ or __end__");
  EXPECT_EQ(problem(R"({"graph_id":"g","nodes":[{"name":"a"}]})"),
            "graph description: edges: nothing starts the graph; add an edge from \"__start__\"");
  EXPECT_EQ(problem(R"({"graph_id":"g","nodes":[{"name":"a"}],"edges":[["__start__","b"]]})"),
            "graph description: edges: there is no node \"b\" to go to");
  EXPECT_EQ(
      problem(R"({"graph_id":"g","channels":[{"name":"c","reducer":"sum"}],"nodes":[{"name":"a"}]})"),
      "graph description: channel \"c\": unknown reducer \"sum\"; use last_value, append, messages or merge");
}

TEST(GraphFromJson, ReadsEverything) {
  const auto document = parse_json(R"({"graph_id":"g","name":"G","recursion_limit":7,"resumes_on_input":true,
    "channels":[{"name":"m","reducer":"messages"},{"name":"x","initial":1}],
    "nodes":[{"name":"a","blocking":true,"timeout_ms":5}],"edges":[["__start__","a"]],
    "conditional_edges":[{"from":"a","name":"r","targets":["a","__end__"]}],"state_schema":{"type":"object"}})");
  const auto graph = Graph::from_json(*document);
  ASSERT_TRUE(graph) << graph.error().text;
  EXPECT_EQ(graph->recursion_limit(), 7U);
  EXPECT_TRUE(graph->resumes_on_input());
  EXPECT_EQ(*graph->channels()[0].initial, "[]");
  EXPECT_EQ(*graph->channels()[1].initial, "1");
  EXPECT_TRUE(graph->find_node("a")->blocking);
  EXPECT_EQ(graph->find_node("a")->conditional_edges[0].targets.size(), 2U);
  EXPECT_EQ(graph->schemas().state, R"({"type":"object"})");
  EXPECT_EQ(graph->schemas().input, "null");
}

}  // namespace
}  // namespace agenthost::runtime

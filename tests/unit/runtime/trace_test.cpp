// The spans of a run's nodes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_fixture.hpp"
#include "tests/support/span_book.hpp"

namespace agenthost::runtime {
namespace {

using test::describe;
using test::RunTest;
using test::writes;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

class TraceTest : public RunTest {
 protected:
  RunSpec traced(const std::string& graph) {
    auto run = spec(graph, input("{}"));
    run.spans = &book_;
    run.trace = {1, 2, 3};
    return run;
  }
  std::vector<telemetry::Span> spans() const { return book_.spans(); }
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& span : spans()) names.push_back(span.name);
    return names;
  }

 private:
  test::SpanBook book_;
};

TEST_F(TraceTest, EachNodeHasASpanBelowTheRunsAndKnowsIt) {
  telemetry::TraceContext seen;
  nodes_.nodes = {{"one",
                   [&](const NodeCall& call, const auto& sink) {
                     seen = call.trace;
                     sink->done(test::wrote("{}"));
                   }},
                  {"two", writes("{}")}};
  play(traced(test::kChain));
  ASSERT_THAT(names(), ElementsAre("node one", "node two"));
  const auto one = spans()[0];
  EXPECT_EQ(one.context.span, seen.span);
  EXPECT_EQ(one.context.trace_low, 2U);
  EXPECT_EQ(one.parent, 3U);
  EXPECT_EQ(one.error, "");
  EXPECT_THAT(one.attributes, HasSubstr(R"("graph":"g")"));
  EXPECT_NE(spans()[1].context.span, one.context.span);
}

TEST_F(TraceTest, EachTryHasASpanOfItsOwn) {
  nodes_.nodes = {{"one", [](const NodeCall& call, const auto& sink) {
                     if (call.attempt == 1) return sink->done(Error{ErrorCode::kUnavailable, "busy"});
                     sink->done(test::wrote("{}"));
                   }}};
  play(traced(
      describe(R"([{"name":"one","retry":{"max_attempts":2,"initial_ms":1}}])", R"([["__start__","one"]])")));
  ASSERT_EQ(spans().size(), 2U);
  EXPECT_EQ(spans()[0].error, "busy");
  EXPECT_THAT(spans()[0].attributes, HasSubstr(R"("attempt":1)"));
  EXPECT_EQ(spans()[1].error, "");
  EXPECT_THAT(spans()[1].attributes, HasSubstr(R"("attempt":2)"));
}

TEST_F(TraceTest, ANodeThatAsksIsNoFailure) {
  nodes_.nodes = {{"one", [](const NodeCall&, const auto& sink) {
                     sink->done(NodeInterrupted{make_blob("\"well?\"")});
                   }}};
  play(traced(describe(R"([{"name":"one"}])", R"([["__start__","one"]])")));
  ASSERT_EQ(spans().size(), 1U);
  EXPECT_EQ(spans()[0].error, "");
  EXPECT_THAT(spans()[0].attributes, HasSubstr(R"("interrupted":true)"));
}

TEST_F(TraceTest, NodesOfASubgraphAreBelowItsSpan) {
  nodes_.nodes = {{"child:inner", writes("{}")}};
  play(traced(R"({"graph_id":"g","channels":[],"nodes":[{"name":"child","subgraph":{"channels":[],
    "nodes":[{"name":"inner"}],"edges":[["__start__","inner"]]}}],"edges":[["__start__","child"]]})"));
  ASSERT_THAT(names(), ElementsAre("node child:inner", "node child"));
  EXPECT_EQ(spans()[0].parent, spans()[1].context.span);
  EXPECT_EQ(spans()[1].parent, 3U);
}

TEST_F(TraceTest, ANodeThatIsGivenUpHasASpanThatSaysSo) {
  limits_.cancel_grace = 1ms;
  std::promise<std::shared_ptr<TaskSink>> started;
  nodes_.nodes = {{"one", [&](const NodeCall&, const auto& sink) { started.set_value(sink); }}};
  const auto run = launch(traced(describe(R"([{"name":"one"}])", R"([["__start__","one"]])")));
  const auto late = started.get_future().get();
  run->cancel(CancelReason::kUser);
  EXPECT_EQ(finish().end, RunEnd::kCancelled);
  late->done(test::wrote("{}"));
  ASSERT_EQ(spans().size(), 1U);
  EXPECT_THAT(spans()[0].error, HasSubstr("did not stop"));
}

}  // namespace
}  // namespace agenthost::runtime

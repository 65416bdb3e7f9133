// What nodes write that is no channel: the run goes on without it, and the log says so.
#include "host/runtime/lost_writes.hpp"

#include "tests/support/run_fixture.hpp"

namespace agenthost::runtime {
namespace {

using test::writes;
using testing::ElementsAre;
using testing::HasSubstr;

class LostWritesTest : public test::RunTest {
 protected:
  RunResult play_noting(const std::string& graph) {
    auto with_log = spec(graph, input(R"({"foo":[]})"));
    with_log.lost_writes = &lost_;
    return play(std::move(with_log));
  }

  std::vector<std::string> lines_;
  telemetry::Logger logger_{telemetry::Logger::Sink(
      [this](telemetry::Level, std::string_view, std::string_view text) { lines_.emplace_back(text); })};
  LostWrites lost_{logger_};
};

TEST_F(LostWritesTest, AreToldOnceForEachNodeAndKeyAndDropped) {
  nodes_.nodes = {{"one", writes(R"({"foo":1,"fo":2})")}, {"two", writes(R"({"fo":3,"bar":4})")}};
  EXPECT_EQ(values_json(*play_noting(test::kChain).checkpoint), R"({"foo":[1]})");
  static_cast<void>(play_noting(test::kChain));
  EXPECT_THAT(lines_,
              ElementsAre(HasSubstr(R"(graph "g": node "one" writes "fo", which is no channel)"),
                          HasSubstr(R"(node "two" writes "fo")"), HasSubstr(R"(node "two" writes "bar")")));
}

TEST_F(LostWritesTest, OfACommandAreToldToo) {
  nodes_.nodes = {{"one",
                   [](const NodeCall&, const auto& sink) {
                     sink->done(NodeUpdate{{}, make_blob(R"({"update":{"fo":1},"goto":"two"})")});
                   }},
                  {"two", writes("{}")}};
  static_cast<void>(play_noting(test::kChain));
  EXPECT_THAT(lines_, ElementsAre(HasSubstr(R"(node "one" writes "fo")")));
}

}  // namespace
}  // namespace agenthost::runtime

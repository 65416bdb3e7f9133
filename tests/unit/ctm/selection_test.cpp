#include "nodes/selection.hpp"

#include <gtest/gtest.h>

namespace {

using agent::Json;
using Indices = std::vector<std::size_t>;

struct SelectionCase {
  Json answer;
  Indices indices;
  std::size_t dropped;
  bool understood;
};

TEST(CtmSelection, ReadsEveryWayOfAnswering) {
  const std::vector<SelectionCase> cases{
      {Json::array({0, 1}), {0, 1}, 0, true},
      {Json::array({2, 0, 2}), {2, 0}, 0, true},
      {Json::array({7, 1, -1}), {1}, 2, true},
      {Json::array({"0", "2"}), {0, 2}, 0, true},
      {Json::array({1.0, 1.5, true, nullptr}), {1}, 3, true},
      {Json::array(), {}, 0, true},
      {1, {1}, 0, true},
      {"all", {0, 1, 2}, 0, true},
      {"  Todas. ", {0, 1, 2}, 0, true},
      {"none", {}, 0, true},
      {"Ninguna", {}, 0, true},
      {"0,2", {0, 2}, 0, true},
      {"[0, 2]", {0, 2}, 0, true},
      {"quiero la 1 y la 2", {1, 2}, 0, true},
      {"-1, 99999999999999999999", {}, 2, true},
      {"hola", {}, 0, false},
      {"", {}, 0, false},
      {nullptr, {}, 0, false},
      {Json{{"selection", {1}}}, {1}, 0, true},
      {Json{{"indices", "0,1"}}, {0, 1}, 0, true},
      {Json{{"messages", {{{"role", "user"}, {"content", "2"}}}}}, {2}, 0, true},
      {Json{{"messages", {{{"role", "user"}, {"content", {{{"type", "text"}, {"text", "todas"}}}}}}}},
       {0, 1, 2},
       0,
       true},
      {Json{{"other", 1}}, {}, 0, false},
  };
  for (const SelectionCase& one : cases) {
    const ctm::Selection got = ctm::read_selection(one.answer, 3);
    EXPECT_EQ(got.indices, one.indices) << one.answer;
    EXPECT_EQ(got.dropped.size(), one.dropped) << one.answer;
    EXPECT_EQ(got.understood, one.understood) << one.answer;
  }
}

}  // namespace

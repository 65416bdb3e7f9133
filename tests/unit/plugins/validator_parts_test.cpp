// The parts of the validator that need no plugin: its inputs and its reading of library files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "host/base/ids.hpp"
#include "host/plugins/validator/elf_symbols.hpp"
#include "host/plugins/validator/inputs.hpp"

namespace agenthost::plugins::validator {
namespace {

runtime::Graph graph_of(const std::string& description) {
  const auto json = parse_json(description);
  auto graph = runtime::Graph::from_json(*json);
  EXPECT_TRUE(graph) << graph.error().text;
  return std::move(*graph);
}

constexpr const char* kGraph = R"({
  "graph_id": "g", "nodes": [{"name": "n"}], "edges": [["__start__", "n"]],
  "channels": [{"name": "messages", "reducer": "messages"}, {"name": "count", "initial": 7}, {"name": "city"},
               {"name": "limits"}, {"name": "unknown"}],
  "input_schema": {"properties": {"city": {"type": "string", "examples": ["Cali"]},
                                  "limits": {"type": "object", "properties": {"pages": {"type": "integer"}}}}}})";

TEST(Inputs, APlainStateIsWhatTheGraphSaysOfItself) {
  EXPECT_EQ(plain_state(graph_of(kGraph)),
            R"({"messages":[{"id":"m1","type":"human","content":"Hello, what can you do?"}],)"
            R"("count":7,"city":"Cali","limits":{"pages":1}})");
}

TEST(Inputs, WildStatesAreJsonAndTheSameForTheSameSeed) {
  const auto graph = graph_of(kGraph);
  Inputs first(42);
  Inputs second(42);
  Inputs other(43);
  bool differs = false;
  for (int i = 0; i < 200; ++i) {
    const auto state = first.wild_state(graph);
    EXPECT_TRUE(parse_json(state)) << state;
    EXPECT_EQ(state, second.wild_state(graph));
    differs = differs || state != other.wild_state(graph);
  }
  EXPECT_TRUE(differs);
}

class ElfSymbolsOf : public testing::Test {
 protected:
  ~ElfSymbolsOf() override { std::filesystem::remove(file_); }

  Result<ElfSymbols> read(const std::string& bytes) {
    std::ofstream(file_, std::ios::binary) << bytes;
    return read_elf_symbols(file_);
  }
  static std::string own_library() {
    std::ifstream in(OWN_LIBRARY, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const std::filesystem::path file_ = std::filesystem::temp_directory_path() / ("agenthost-" + new_uuid7());
};

TEST_F(ElfSymbolsOf, ALibraryAreWhatItExportsAndWhatItWants) {
  const auto symbols = read(own_library());
  ASSERT_TRUE(symbols) << symbols.error().text;
  EXPECT_THAT(symbols->exported, testing::ElementsAre("agent_plugin_entry"));
  EXPECT_THAT(symbols->undefined, testing::Contains("malloc"));
}

TEST_F(ElfSymbolsOf, ADamagedFileAreRefusedOrFewer) {
  EXPECT_FALSE(read(""));
  EXPECT_FALSE(
      read("\x7f"
           "ELF"));
  const auto whole = own_library();
  for (const auto size : {std::size_t{63}, std::size_t{64}, whole.size() / 2, whole.size() - 100}) {
    static_cast<void>(read(whole.substr(0, size)));
  }
  // Every byte of the header in turn: whatever it says, nothing outside of the file is read.
  for (std::size_t at = 0; at < 64; ++at) {
    auto damaged = whole;
    damaged[at] = '\xff';
    static_cast<void>(read(damaged));
  }
}

}  // namespace
}  // namespace agenthost::plugins::validator

#include "host/plugins/isolation/frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "host/plugins/isolation/messages.hpp"

namespace agenthost::isolation {
namespace {

using testing::ElementsAre;

constexpr std::size_t kLimit = 1U << 20U;

template <class Message>
std::string bytes_of(const Message& message) {
  std::string bytes;
  append_frame(bytes, message);
  return bytes;
}

TEST(Frame, AMessageArrivesAsItWasSent) {
  Start sent;
  sent.task = 0x0123456789ABCDEFU;
  sent.graph = 7;
  sent.attempt = 3;
  sent.deadline_ns = -1;
  sent.node = "outer:inner";
  sent.state = R"({"x":1})";
  sent.answers = {"true", "", "\"yes\""};
  const auto bytes = bytes_of(sent);
  const auto found = find_frame(bytes, kLimit);
  ASSERT_EQ(found.state, FoundFrame::State::kWhole);
  EXPECT_EQ(found.bytes, bytes.size());
  EXPECT_EQ(static_cast<Type>(found.frame.type), Type::kStart);
  const auto read = read_message<Start>(found.frame);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->task, sent.task);
  EXPECT_EQ(read->graph, 7U);
  EXPECT_EQ(read->attempt, 3U);
  EXPECT_EQ(read->deadline_ns, -1);
  EXPECT_EQ(read->node, "outer:inner");
  EXPECT_EQ(read->state, R"({"x":1})");
  EXPECT_EQ(read->config, "");
  EXPECT_THAT(read->answers, ElementsAre("true", "", "\"yes\""));
}

TEST(Frame, ANumberArrivesToItsLastBit) {
  for (const double value : {0.0, -1.5, 0.1, 1e300, std::numeric_limits<double>::denorm_min()}) {
    const auto bytes = bytes_of(Measured{3, 2, value});
    const auto read = read_message<Measured>(find_frame(bytes, kLimit).frame);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->value, value);
  }
}

TEST(Frame, ItsBytesAreThoseOfTheDocumentation) {
  EXPECT_EQ(bytes_of(Ping{2}), std::string("\x09\0\0\0\x07\x02\0\0\0\0\0\0\0", 13));
  EXPECT_EQ(bytes_of(Refused{3, "no"}), std::string("\x0B\0\0\0\x41\x03\0\0\0\x02\0\0\0no", 15));
}

TEST(Frame, APartIsNoFrameYet) {
  const auto bytes = bytes_of(Logged{2, "hello"});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(find_frame(bytes.substr(0, size), kLimit).state, FoundFrame::State::kPartial) << size;
  }
}

TEST(Frame, AnEmptyOrOversizedOneIsBroken) {
  EXPECT_EQ(find_frame(std::string(4, '\0'), kLimit).state, FoundFrame::State::kBroken);
  EXPECT_EQ(find_frame("\xFF\xFF\xFF\xFF", kLimit).state, FoundFrame::State::kBroken);
  const auto bytes = bytes_of(Logged{2, std::string(100, 'x')});
  EXPECT_EQ(find_frame(bytes, bytes.size()).state, FoundFrame::State::kWhole);
  EXPECT_EQ(find_frame(bytes, bytes.size() - 1).state, FoundFrame::State::kBroken);
}

TEST(Frame, FieldsMustBeUsedUpExactly) {
  const auto bytes = bytes_of(Ended{1, 0, "{}"});
  const auto fields = std::string_view(bytes).substr(kFrameSizeBytes + 1);
  EXPECT_TRUE(read_message<Ended>({0, fields}));
  for (std::size_t size = 0; size < fields.size(); ++size) {
    EXPECT_FALSE(read_message<Ended>({0, fields.substr(0, size)})) << size;
  }
  EXPECT_FALSE(read_message<Ended>({0, std::string(fields) + "x"}));
}

TEST(Frame, AClaimedCountCostsNothing) {
  std::string fields(4 * 2 + 8 * 2, '\0');       // task, graph, attempt, deadline
  fields += std::string(3 * 4, '\0');            // node, state, config
  fields += std::string("\xFF\xFF\xFF\xFF", 4);  // four billion answers
  EXPECT_FALSE(read_message<Start>({0, fields}));
}

// Whatever a process makes up is read within its bounds, or refused. The sanitizers watch.
TEST(Frame, RandomBytesAreReadWithinTheirBounds) {
  std::mt19937 random(1);  // NOLINT(cert-msc51-cpp): the same every time
  const std::vector<std::string> honest{bytes_of(Start{}), bytes_of(Ended{1, 0, "{\"x\":1}"}),
                                        bytes_of(HttpCall{1, 2, 3, "s", "GET", "/", "{}", "body"}),
                                        bytes_of(Ready{1, 2, "{}"})};
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = honest[random() % honest.size()];
    for (unsigned flips = random() % 4; flips > 0; --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    bytes.resize(bytes.size() - random() % 3);
    const auto found = find_frame(bytes, kLimit);
    if (found.state != FoundFrame::State::kWhole) continue;
    ASSERT_LE(found.bytes, bytes.size());
    static_cast<void>(read_message<Start>(found.frame));
    static_cast<void>(read_message<Ended>(found.frame));
    static_cast<void>(read_message<HttpCall>(found.frame));
    static_cast<void>(read_message<Ready>(found.frame));
  }
}

}  // namespace
}  // namespace agenthost::isolation

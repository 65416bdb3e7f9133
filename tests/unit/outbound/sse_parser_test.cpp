#include "host/outbound/sse_parser.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace agenthost::outbound {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

Events parse_in_pieces(std::string_view text, std::size_t size) {
  SseParser parser;
  Events events;
  const auto sink = [&](const SseEvent& event) { events.emplace_back(event.name, event.data); };
  for (std::size_t at = 0; at < text.size(); at += size)
    EXPECT_TRUE(parser.feed(text.substr(at, size), sink));
  parser.end(sink);
  return events;
}

TEST(SseParser, ReadsTheSameFromEveryCut) {
  const std::string text =
      "\xEF\xBB\xBF: hello\r\n\r\nevent: first\r\ndata: {\"a\":1}\r\n\r\n"
      "data:no space\ndata: second line\n\n"
      "data: old mac\r\rid: 7\nretry: 10\nunknown: x\n\n"
      "event: nothing\n\ndata\n\ndata: ¡sí!\n\n";
  const Events expected{{"first", "{\"a\":1}"},
                        {"message", "no space\nsecond line"},
                        {"message", "old mac"},
                        {"message", ""},
                        {"message", "¡sí!"}};
  for (std::size_t size = 1; size <= text.size(); ++size)
    EXPECT_EQ(parse_in_pieces(text, size), expected) << size;
}

TEST(SseParser, AnEventWithoutItsBlankLineCountsAtTheEnd) {
  EXPECT_EQ(parse_in_pieces("data: [DONE]", 3), (Events{{"message", "[DONE]"}}));
}

TEST(SseParser, RefusesAnEndlessEvent) {
  SseParser parser;
  const std::string piece(1U << 20U, 'x');
  Status fed = parser.feed("data: ", [](const SseEvent&) {});
  for (int i = 0; i < 5 && fed; ++i) fed = parser.feed(piece, [](const SseEvent&) {});
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, ErrorCode::kExhausted);
}

}  // namespace
}  // namespace agenthost::outbound

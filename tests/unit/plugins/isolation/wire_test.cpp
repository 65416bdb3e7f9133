#include "host/plugins/isolation/wire.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/plugins/isolation/messages.hpp"

namespace agenthost::isolation {
namespace {

using testing::ElementsAre;
using Received = Wire::Received;

class WireTest : public testing::Test {
 protected:
  WireTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    near_.emplace(FileDescriptor(ends[0]), kMaxFrame,
                  [this](Wire::Backlog backlog) { backlogs_.push_back(backlog); });
    far_.emplace(FileDescriptor(ends[1]), kMaxFrame, [](Wire::Backlog) {});
  }

  // The texts of the lines that have arrived at the far end.
  Received receive(std::vector<std::string>& texts) {
    return far_->receive([&](const Frame& frame) {
      const auto line = read_message<Logged>(frame);
      if (!line) return Wire::Verdict::kBad;
      texts.emplace_back(line->text);
      return Wire::Verdict::kGood;
    });
  }

  static constexpr std::size_t kMaxFrame = 1U << 20U;
  std::optional<Wire> near_, far_;
  std::vector<Wire::Backlog> backlogs_;
};

TEST_F(WireTest, MessagesArriveInOrder) {
  near_->send(Logged{1, "one"});
  near_->send(Logged{1, "two"});
  std::vector<std::string> texts;
  EXPECT_EQ(receive(texts), Received::kDrained);
  EXPECT_THAT(texts, ElementsAre("one", "two"));
}

TEST_F(WireTest, WhatTheSocketDoesNotTakeWaitsAndIsFlushed) {
  const std::string large(kMaxFrame / 2, 'x');
  for (int i = 0; i < 10; ++i) near_->send(Logged{i, large});
  EXPECT_THAT(backlogs_, ElementsAre(Wire::Backlog::kBegins));
  EXPECT_GT(near_->queued_bytes(), 0U);
  std::vector<std::string> texts;
  while (texts.size() < 10) {
    ASSERT_NE(receive(texts), Received::kBroken);
    near_->flush();
  }
  EXPECT_EQ(near_->queued_bytes(), 0U);
  EXPECT_EQ(backlogs_.back(), Wire::Backlog::kEnds);
  for (const auto& text : texts) EXPECT_EQ(text, large);
}

TEST_F(WireTest, AnswersToABatchLeaveTogether) {
  for (int i = 0; i < 3; ++i) far_->send(Ping{1});
  const auto received = near_->receive([&](const Frame&) {
    near_->send(Logged{1, "answer"});
    pollfd waiting{far_->fd(), POLLIN, 0};
    EXPECT_EQ(::poll(&waiting, 1, 0), 0) << "held until the batch's end";
    return Wire::Verdict::kGood;
  });
  EXPECT_EQ(received, Received::kDrained);
  std::vector<std::string> texts;
  EXPECT_EQ(receive(texts), Received::kDrained);
  EXPECT_EQ(texts.size(), 3U);
}

TEST_F(WireTest, AFrameOverTheLimitBreaksIt) {
  near_->send(Logged{1, std::string(kMaxFrame, 'x')});
  std::vector<std::string> texts;
  EXPECT_EQ(receive(texts), Received::kBroken);
  EXPECT_TRUE(texts.empty());
}

TEST_F(WireTest, AnEndIsHeardAfterWhatWasSaidBeforeIt) {
  near_->send(Logged{1, "last words"});
  near_.reset();
  std::vector<std::string> texts;
  EXPECT_EQ(receive(texts), Received::kDrained);
  EXPECT_THAT(texts, ElementsAre("last words"));
  EXPECT_EQ(receive(texts), Received::kClosed);
  far_->send(Logged{1, "into the void"});
}

TEST_F(WireTest, ManyThreadsSendWithoutMixingTheirMessages) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2'000;
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i)
        near_->send(
            Logged{1, std::string(static_cast<std::size_t>(i % 50), static_cast<char>('a' + thread))});
    });
  }
  std::vector<std::string> texts;
  while (texts.size() < kThreads * kEach) {
    ASSERT_NE(receive(texts), Received::kBroken);
    near_->flush();
  }
  for (const auto& text : texts)
    EXPECT_EQ(text.find_first_not_of(text.empty() ? 'a' : text[0]), std::string::npos);
}

}  // namespace
}  // namespace agenthost::isolation

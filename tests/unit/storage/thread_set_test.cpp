#include "host/storage/sqlite/thread_set.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace agenthost::storage {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

ThreadSet set_of(const std::set<ThreadNumber>& numbers) {
  ThreadSet set;
  for (const auto number : numbers) set.add(number);
  return set;
}

// Some crowded chunks, some with few.
std::set<ThreadNumber> some_numbers(std::mt19937& random) {
  std::set<ThreadNumber> numbers;
  for (int chunk = 0; chunk < 6; ++chunk) {
    const auto most = chunk % 2 == 0 ? 2'500U : 3U;
    for (auto left = random() % most; left > 0; --left)
      numbers.insert(chunk * Chunk::kThreads + static_cast<ThreadNumber>(random() % Chunk::kThreads));
  }
  return numbers;
}

TEST(ThreadSet, IsASet) {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    const auto one = some_numbers(random);
    const auto other = some_numbers(random);
    std::vector<ThreadNumber> both;
    std::set_intersection(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(both));
    auto set = set_of(one);
    set.keep_only(set_of(other));
    EXPECT_EQ(set.count(), static_cast<std::int64_t>(both.size()));
    EXPECT_THAT(set.numbers(Order::kAscending, 0, set.count()), ElementsAreArray(both));
    for (ThreadNumber number = 0; number < 6 * Chunk::kThreads; number += 7)
      EXPECT_EQ(set.has(number), one.count(number) != 0 && other.count(number) != 0);
  }
}

TEST(ThreadSet, GivesAnyPageFromEitherEnd) {
  const auto set = set_of({3, 9, 4'095, 4'096, 20'000});
  EXPECT_THAT(set.numbers(Order::kAscending, 1, 3), ElementsAre(9, 4'095, 4'096));
  EXPECT_THAT(set.numbers(Order::kDescending, 1, 3), ElementsAre(4'096, 4'095, 9));
  EXPECT_THAT(set.numbers(Order::kDescending, 4, 9), ElementsAre(3));
  EXPECT_THAT(set.numbers(Order::kAscending, 5, 9), IsEmpty());
  EXPECT_THAT(set.numbers(Order::kAscending, 0, 0), IsEmpty());
}

TEST(Chunk, ComesBackAsItWasStored) {
  for (const int threads : {0, 1, 128, 129, 256, 4'096}) {
    Chunk chunk;
    for (int i = 0; i < threads; ++i) chunk.add(i * 31 % Chunk::kThreads);
    const auto stored = chunk.encode();
    EXPECT_LE(stored.size(), 512U) << threads;
    const auto again = Chunk::decode(stored);
    EXPECT_EQ(again.count(), threads);
    for (int place = 0; place < Chunk::kThreads; ++place) EXPECT_EQ(again.has(place), chunk.has(place));
  }
}

}  // namespace
}  // namespace agenthost::storage

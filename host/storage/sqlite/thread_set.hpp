// ThreadSet: a set of threads by their numbers (a thread's place in the order of creation), in chunks of
// 4,096, so that half a million threads are 250 small pieces which one machine word after the other can be
// compared.
//
// Chunk: the threads of one chunk, and its stored form: up to kMostListed places as two bytes each, else a
// bit for every place. Both are values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/storage/storage.hpp"

namespace agenthost::storage {

using ThreadNumber = std::int64_t;

class Chunk {
 public:
  static constexpr int kThreads = 4'096;

  // What encode() made.
  [[nodiscard]] static Chunk decode(std::string_view stored);
  [[nodiscard]] std::string encode() const;

  [[nodiscard]] static std::int64_t index_of(ThreadNumber number) { return number / kThreads; }
  [[nodiscard]] static int place_of(ThreadNumber number) { return static_cast<int>(number % kThreads); }

  void add(int place) { words_[word_of(place)] |= bit_of(place); }
  void remove(int place) { words_[word_of(place)] &= ~bit_of(place); }
  void keep_only(const Chunk& other);
  [[nodiscard]] bool has(int place) const { return (words_[word_of(place)] & bit_of(place)) != 0; }
  [[nodiscard]] int count() const;

 private:
  static constexpr int kBits = 64;
  static constexpr int kMostListed = 128;
  static std::size_t word_of(int place) { return static_cast<std::size_t>(place / kBits); }
  static std::uint64_t bit_of(int place) { return std::uint64_t{1} << static_cast<unsigned>(place % kBits); }

  std::array<std::uint64_t, kThreads / kBits> words_{};
};

class ThreadSet {
 public:
  struct Piece {
    std::int64_t index = 0;
    Chunk threads;
    int count = 0;
  };

  void add(ThreadNumber number);
  // Pieces come in ascending order.
  void append(std::int64_t index, const Chunk& threads);
  void keep_only(const ThreadSet& other);

  [[nodiscard]] bool has(ThreadNumber number) const;
  [[nodiscard]] std::int64_t count() const;
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] std::vector<ThreadNumber> numbers(Order order, std::int64_t offset, std::int64_t limit) const;

 private:
  std::vector<Piece> pieces_;  // by index; none is empty
};

}  // namespace agenthost::storage

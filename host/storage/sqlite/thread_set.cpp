#include "host/storage/sqlite/thread_set.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

namespace agenthost::storage {
namespace {

constexpr std::size_t kBytesPerPlace = 2;

bool comes_before(const ThreadSet::Piece& piece, std::int64_t index) {
  return piece.index < index;
}

}  // namespace

Chunk Chunk::decode(std::string_view stored) {
  Chunk chunk;
  if (stored.size() == sizeof chunk.words_) {
    std::memcpy(chunk.words_.data(), stored.data(), stored.size());
    return chunk;
  }
  for (std::size_t at = 0; at + kBytesPerPlace <= stored.size(); at += kBytesPerPlace) {
    std::uint16_t place = 0;
    std::memcpy(&place, stored.data() + at, kBytesPerPlace);
    chunk.add(place % kThreads);
  }
  return chunk;
}

// Both forms have the byte order of the machines we build for; a data file does not move to others.
static_assert(std::endian::native == std::endian::little);

std::string Chunk::encode() const {
  std::string out;
  if (count() > kMostListed) {
    out.assign(reinterpret_cast<const char*>(words_.data()), sizeof words_);
    return out;
  }
  for (int place = 0; place < kThreads; ++place) {
    if (!has(place)) continue;
    const auto number = static_cast<std::uint16_t>(place);
    out.append(reinterpret_cast<const char*>(&number), kBytesPerPlace);
  }
  return out;
}

void Chunk::keep_only(const Chunk& other) {
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
}

int Chunk::count() const {
  int sum = 0;
  for (const auto word : words_) sum += std::popcount(word);
  return sum;
}

void ThreadSet::add(ThreadNumber number) {
  const auto index = Chunk::index_of(number);
  auto piece = std::lower_bound(pieces_.begin(), pieces_.end(), index, comes_before);
  if (piece == pieces_.end() || piece->index != index) piece = pieces_.insert(piece, {index, {}, 0});
  piece->count += piece->threads.has(Chunk::place_of(number)) ? 0 : 1;
  piece->threads.add(Chunk::place_of(number));
}

void ThreadSet::append(std::int64_t index, const Chunk& threads) {
  const int count = threads.count();
  if (count > 0) pieces_.push_back({index, threads, count});
}

void ThreadSet::keep_only(const ThreadSet& other) {
  std::vector<Piece> kept;
  auto match = other.pieces_.begin();
  for (auto& piece : pieces_) {
    match = std::lower_bound(match, other.pieces_.end(), piece.index, comes_before);
    if (match == other.pieces_.end()) break;
    if (match->index != piece.index) continue;
    piece.threads.keep_only(match->threads);
    piece.count = piece.threads.count();
    if (piece.count > 0) kept.push_back(piece);
  }
  pieces_ = std::move(kept);
}

bool ThreadSet::has(ThreadNumber number) const {
  const auto index = Chunk::index_of(number);
  const auto piece = std::lower_bound(pieces_.begin(), pieces_.end(), index, comes_before);
  return piece != pieces_.end() && piece->index == index && piece->threads.has(Chunk::place_of(number));
}

std::int64_t ThreadSet::count() const {
  std::int64_t sum = 0;
  for (const auto& piece : pieces_) sum += piece.count;
  return sum;
}

std::vector<ThreadNumber> ThreadSet::numbers(Order order, std::int64_t offset, std::int64_t limit) const {
  std::vector<ThreadNumber> out;
  const auto take = [&](const Piece& piece) {
    if (piece.count <= offset) {
      offset -= piece.count;
      return;
    }
    for (int i = 0; i < Chunk::kThreads && static_cast<std::int64_t>(out.size()) < limit; ++i) {
      const int place = order == Order::kAscending ? i : Chunk::kThreads - 1 - i;
      if (piece.threads.has(place) && --offset < 0) out.push_back(piece.index * Chunk::kThreads + place);
    }
  };
  const auto take_all = [&](auto piece, auto end) {
    for (; piece != end && static_cast<std::int64_t>(out.size()) < limit; ++piece) take(*piece);
  };
  if (order == Order::kAscending) {
    take_all(pieces_.begin(), pieces_.end());
  } else {
    take_all(pieces_.rbegin(), pieces_.rend());
  }
  return out;
}

}  // namespace agenthost::storage

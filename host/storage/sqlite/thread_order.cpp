#include "host/storage/sqlite/thread_order.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace agenthost::storage {
namespace {

// A chunk with so many threads is read as a whole.
constexpr int kMany = Chunk::kThreads / 8;

constexpr std::string_view kId = "thread_id";

// The first `most` of what is offered.
template <class Key>
class Foremost {
 public:
  Foremost(Order order, std::size_t most) : most_(most), before_{order} {}

  void offer(Key key, ThreadNumber number) {
    kept_.emplace_back(std::move(key), number);
    std::push_heap(kept_.begin(), kept_.end(), before_);
    if (kept_.size() <= most_) return;
    std::pop_heap(kept_.begin(), kept_.end(), before_);
    kept_.pop_back();
  }
  // The key of the last of them, once there are enough: what comes after it need not be offered.
  [[nodiscard]] std::optional<Key> last() const {
    return kept_.empty() || kept_.size() < most_ ? std::nullopt : std::optional(kept_.front().first);
  }
  [[nodiscard]] std::vector<ThreadNumber> from(std::size_t first) && {
    std::sort_heap(kept_.begin(), kept_.end(), before_);
    std::vector<ThreadNumber> numbers;
    for (auto i = first; i < kept_.size(); ++i) numbers.push_back(kept_[i].second);
    return numbers;
  }

 private:
  using Item = std::pair<Key, ThreadNumber>;
  struct Before {
    Order order;
    bool operator()(const Item& one, const Item& other) const {
      return order == Order::kAscending ? one < other : other < one;
    }
  };

  std::size_t most_;
  Before before_;
  std::vector<Item> kept_;  // a heap: the last of them first
};

void get(const Query& row, std::int64_t& key) {
  key = row.integer(1);
}
void get(const Query& row, std::string& key) {
  key = row.text(1);
}

// Sorts by one column, the key, which the index of the numbers has.
template <class Key>
class Sort {
 public:
  Sort(Connection& connection, const std::string& column, Order order, Places places)
      : connection_(connection),
        select_("SELECT number, " + column + " FROM threads INDEXED BY threads_by_number WHERE number"),
        one_(select_ + " = ?"),
        not_after_(" AND " + column + (order == Order::kAscending ? " <= ?" : " >= ?")),
        order_(order),
        places_(places),
        foremost_(order, places.last) {}

  // The later a thread was created the later it was changed, mostly: the end that is asked for comes first.
  [[nodiscard]] std::vector<ThreadNumber> of(const ThreadSet& threads) && {
    const auto& pieces = threads.pieces();
    if (order_ == Order::kAscending) {
      std::for_each(pieces.begin(), pieces.end(), [&](const auto& piece) { take(piece); });
    } else {
      std::for_each(pieces.rbegin(), pieces.rend(), [&](const auto& piece) { take(piece); });
    }
    return std::move(foremost_).from(places_.first);
  }

 private:
  void take(const ThreadSet::Piece& piece) {
    const auto first = piece.index * Chunk::kThreads;
    const auto worst = foremost_.last();
    if (piece.count >= kMany) {
      Query range(connection_, select_ + " BETWEEN ? AND ?" + (worst ? not_after_ : ""));
      range.bind(first, first + Chunk::kThreads - 1);
      if (worst) range.bind(*worst);
      while (range.next()) offer(range, piece);
      return;
    }
    Query one(connection_, one_);
    for (int place = 0; place < Chunk::kThreads; ++place) {
      if (piece.threads.has(place) && one.again().bind(first + place).next()) offer(one, piece);
    }
  }

  void offer(const Query& row, const ThreadSet::Piece& piece) {
    const auto number = row.integer(0);
    if (!piece.threads.has(Chunk::place_of(number))) return;
    Key key{};
    get(row, key);
    foremost_.offer(std::move(key), number);
  }

  Connection& connection_;
  const std::string select_, one_, not_after_;
  const Order order_;
  const Places places_;
  Foremost<Key> foremost_;
};

std::string index_of(std::string_view sort_by) {
  if (sort_by == "created_at") return "threads_by_number";
  return sort_by == "updated_at" ? "threads_by_updated" : "threads_by_state_updated";
}

}  // namespace

std::string walk_of_threads(std::string_view sort_by, Order order) {
  const std::string direction = order == Order::kAscending ? " ASC" : " DESC";
  if (sort_by == kId) return "SELECT number FROM threads ORDER BY thread_id" + direction;
  std::string sql = "SELECT number FROM threads INDEXED BY " + index_of(sort_by) + " ORDER BY ";
  if (sort_by != "created_at") sql += std::string(sort_by) + direction + ", ";
  return sql + "number" + direction;
}

std::vector<ThreadNumber> sorted(Connection& connection, const ThreadSet& threads, std::string_view sort_by,
                                 Order order, Places places) {
  if (sort_by == kId) return Sort<std::string>(connection, std::string(sort_by), order, places).of(threads);
  return Sort<std::int64_t>(connection, std::string(sort_by), order, places).of(threads);
}

}  // namespace agenthost::storage

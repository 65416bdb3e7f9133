#include "host/storage/sqlite/thread_search.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>

#include "host/storage/sqlite/rows.hpp"

namespace agenthost::storage {
namespace {

// So many rows are sorted in less time than a page may take.
constexpr std::int64_t kQuicklySorted = 2'000;
// The rarest labels do nearly all the sorting out; json_contains sees to the others. It also bounds the
// number of different statements.
constexpr std::size_t kMostLabels = 4;

constexpr const char* kAscending = " ASC";
constexpr const char* kDescending = " DESC";

// What a row of a sort costs, in steps of SQLite's virtual machine: a walk that has cost as much as the sort
// would is given up.
constexpr std::int64_t kStepsPerSortedRow = 40;

constexpr std::array<std::string_view, 5> kSortKeys{"thread_id", "status", "created_at", "updated_at",
                                                    "state_updated_at"};

// The latest root state has every member of the pattern, which comes as [[channel, JSON text], ...].
constexpr const char* kValuesContain =
    "EXISTS (SELECT 1 FROM checkpoints c WHERE c.thread_id = t.thread_id AND c.checkpoint_ns = ''"
    " AND c.checkpoint_id = (SELECT max(m.checkpoint_id) FROM checkpoints m"
    " WHERE m.thread_id = t.thread_id AND m.checkpoint_ns = '')"
    " AND NOT EXISTS (SELECT 1 FROM json_each(?) p WHERE NOT json_contains("
    "(SELECT v.value FROM channel_values v WHERE v.thread_id = t.thread_id AND v.checkpoint_ns = ''"
    " AND v.channel = p.value ->> 0 AND v.version = channel_version(c.channels, p.value ->> 0)),"
    " p.value ->> 1)))";

Result<JsonDocument> parse_pattern(const std::string& pattern, std::string_view what) {
  auto parsed = parse_json(pattern);
  if (!parsed) return fail(ErrorCode::kInvalid, std::string(what) + " filter: " + parsed.error().text);
  if (!parsed->IsObject())
    return fail(ErrorCode::kInvalid, std::string(what) + " filter: expected a JSON object");
  return parsed;
}

std::int64_t threads_with(Connection& connection, const std::string& status) {
  Query query(connection, "SELECT threads FROM thread_counts WHERE status = ?");
  return query.bind(status).next() ? query.integer(0) : 0;
}

std::int64_t all_threads(Connection& connection) {
  Query query(connection, "SELECT coalesce(sum(threads), 0) FROM thread_counts");
  query.next();
  return query.integer(0);
}

// Interrupts statements once they have taken so many steps of SQLite's virtual machine together.
class StepLimit {
 public:
  StepLimit(Connection& connection, std::int64_t steps)
      : handle_(connection.database().getHandle()), left_(steps / kStepsPerCall) {
    sqlite3_progress_handler(
        handle_, kStepsPerCall, [](void* left) { return --*static_cast<std::int64_t*>(left) < 0 ? 1 : 0; },
        &left_);
  }
  ~StepLimit() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
  StepLimit(const StepLimit&) = delete;
  StepLimit& operator=(const StepLimit&) = delete;

 private:
  static constexpr int kStepsPerCall = 1'000;
  sqlite3* const handle_;
  std::int64_t left_;
};

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() > 1 ? "," : "") + quote(text);
  return out + "]";
}

}  // namespace

Result<ThreadSearch> ThreadSearch::plan(Connection& connection, const ThreadFilter& filter) {
  if (std::find(kSortKeys.begin(), kSortKeys.end(), filter.sort_by) == kSortKeys.end())
    return fail(ErrorCode::kInvalid, "sort_by '" + filter.sort_by +
                                         "' is not one of thread_id, status, created_at, updated_at, "
                                         "state_updated_at");
  ThreadSearch search(connection);
  search.sort_by_ = filter.sort_by;
  search.direction_ = filter.order == storage::Order::kAscending ? kAscending : kDescending;
  search.all_ = all_threads(connection);
  if (!filter.ids.empty()) search.take_ids(filter.ids);
  if (filter.status) search.take_status(*filter.status);
  if (filter.metadata_contains) {
    if (auto taken = search.take_metadata(*filter.metadata_contains); !taken) return fail(taken.error());
  }
  if (filter.values_contain) {
    if (auto taken = search.take_values(*filter.values_contain); !taken) return fail(taken.error());
  }
  return search;
}

void ThreadSearch::take_ids(const std::vector<std::string>& ids) {
  ids_ = json_list(ids);
}

void ThreadSearch::take_status(models::ThreadStatus status) {
  status_ = to_string(status);
  of_status_ = threads_with(*connection_, status_);
  // Within one status they are in the order of the next key.
  if (sort_by_ == "status") sort_by_ = "created_at";
}

Status ThreadSearch::take_metadata(const std::string& pattern) {
  const auto parsed = parse_pattern(pattern, "metadata");
  if (!parsed) return fail(parsed.error());
  bool compare = false;
  for (const auto& member : parsed->GetObject()) {
    const auto label = label_of(as_view(member.name), member.value);
    const auto stored = label ? find_label(*connection_, *label) : std::nullopt;
    if (label && !stored) hopeless_ = true;
    if (stored) labels_.push_back(*stored);
    compare = compare || !label;
  }
  std::sort(labels_.begin(), labels_.end(),
            [](const auto& one, const auto& other) { return one.threads < other.threads; });
  if (labels_.size() > kMostLabels) {
    labels_.resize(kMostLabels);
    compare = true;
  }
  if (compare) rest_.add("json_contains(t.metadata, ?)", {pattern});
  return {};
}

Status ThreadSearch::take_values(const std::string& pattern) {
  const auto parsed = parse_pattern(pattern, "values");
  if (!parsed) return fail(parsed.error());
  std::string members = "[";
  for (const auto& member : parsed->GetObject()) {
    const auto name = as_view(member.name);
    // No channel is called so, and SQLite's JSON functions would cut the name off.
    if (name.find('\0') != std::string_view::npos) hopeless_ = true;
    members += (members.size() > 1 ? ",[" : "[") + quote(name) + "," + quote(to_text(member.value)) + "]";
  }
  rest_.add(kValuesContain, {members + "]"});
  return {};
}

ThreadSearch::Walk ThreadSearch::rarest() const {
  if (!ids_.empty()) return Walk::kIds;
  if (labels_.empty()) return status_.empty() ? Walk::kAll : Walk::kStatus;
  return !status_.empty() && of_status_ < labels_.front().threads ? Walk::kStatus : Walk::kLabel;
}

std::int64_t ThreadSearch::size_of(Walk walk) const {
  if (walk == Walk::kLabel) return labels_.front().threads;
  return walk == Walk::kStatus ? of_status_ : all_;
}

ThreadSearch::Walk ThreadSearch::choose(Page page) const {
  const auto walk = rarest();
  if (walk == Walk::kIds || walk == Walk::kAll || sort_by_ == "created_at") return walk;
  const auto size = std::max<std::int64_t>(size_of(walk), 1);
  const auto wanted = static_cast<double>(page.offset) + page.limit;
  const auto steps_through_all = wanted * static_cast<double>(all_) / static_cast<double>(size);
  const bool sort = size <= kQuicklySorted || static_cast<double>(size) <= steps_through_all;
  return sort ? walk : Walk::kAll;
}

void ThreadSearch::add_labels(Clauses& where, std::size_t first, const char* alias) const {
  const std::string row = alias;
  for (auto i = first; i < labels_.size(); ++i) {
    where.add("EXISTS (SELECT 1 FROM labelled_threads o WHERE o.label_id = ? AND o.created_at = " + row +
                  ".created_at AND o.thread_id = " + row + ".thread_id)",
              {labels_[i].id});
  }
}

// Whatever is in front of there has not all of the labels.
void ThreadSearch::add_last_update(Clauses& where) const {
  const bool by_time = sort_by_ == "updated_at" || sort_by_ == "state_updated_at";
  if (labels_.empty() || !by_time || direction_ == kAscending) return;
  const auto first = std::min_element(labels_.begin(), labels_.end(), [](const auto& one, const auto& other) {
    return one.last_update < other.last_update;
  });
  where.add("t." + sort_by_ + " <= ?", {first->last_update});
}

std::string ThreadSearch::sort_index() const {
  if (sort_by_ == "thread_id") return "";
  if (sort_by_ == "created_at") return " INDEXED BY threads_by_created";
  if (sort_by_ == "updated_at") return " INDEXED BY threads_by_updated";
  if (sort_by_ == "state_updated_at") return " INDEXED BY threads_by_state_updated";
  return " INDEXED BY threads_by_status";
}

ThreadSearch::Source ThreadSearch::source(Walk walk, Order order) const {
  Source made;
  const bool by_label = walk == Walk::kLabel;
  made.from = " FROM threads t";
  if (by_label) {
    // CROSS: in this order.
    made.from = " FROM labelled_threads l";
    made.where.add("l.label_id = ?", {labels_.front().id});
    const bool reads_threads = order == Order::kSorted || !status_.empty() || !rest_.empty();
    if (reads_threads) made.from += " CROSS JOIN threads t ON t.thread_id = l.thread_id";
  }
  if (walk == Walk::kStatus) made.from += " INDEXED BY threads_by_status";
  if (walk == Walk::kAll && order == Order::kSorted) {
    made.from += sort_index();
    add_last_update(made.where);
  }
  if (walk == Walk::kIds) made.where.add("t.thread_id IN (SELECT value FROM json_each(?))", {ids_});
  // The plus keeps SQLite from taking the index of the status instead.
  if (!status_.empty()) made.where.add(walk == Walk::kStatus ? "t.status = ?" : "+t.status = ?", {status_});
  add_labels(made.where, by_label ? 1 : 0, by_label ? "l" : "t");
  made.where.append(rest_);
  return made;
}

std::string ThreadSearch::order_by(Walk walk) const {
  const std::string alias = walk == Walk::kLabel && sort_by_ == "created_at" ? "l." : "t.";
  std::string text = " ORDER BY " + alias + sort_by_ + direction_;
  // As the indices have them.
  if (sort_by_ != "thread_id" && sort_by_ != "created_at") text += ", t.created_at" + direction_;
  // Rows of the same moment keep their place from page to page.
  if (sort_by_ != "thread_id") text += ", " + alias + "thread_id" + direction_;
  return text;
}

std::int64_t ThreadSearch::count(const Source& source) const {
  Query query(*connection_, "SELECT count(*)" + source.from + source.where.where());
  source.where.bind(query);
  query.next();
  return query.integer(0);
}

std::int64_t ThreadSearch::labelled_with_other_status() const {
  Source others;
  others.from = " FROM threads t INDEXED BY threads_by_status";
  others.where.add("t.status IN (SELECT status FROM thread_counts WHERE status <> ?)", {status_});
  add_labels(others.where, 0, "t");
  return count(others);
}

std::int64_t ThreadSearch::total() const {
  if (hopeless_) return 0;
  const auto walk = rarest();
  if (walk != Walk::kIds && rest_.empty()) {
    if (labels_.empty()) return status_.empty() ? all_ : of_status_;
    if (labels_.size() == 1 && status_.empty()) return labels_.front().threads;
    if (labels_.size() == 1 && all_ - of_status_ < size_of(walk))
      return labels_.front().threads - labelled_with_other_status();
  }
  return count(source(walk, Order::kAny));
}

std::vector<models::Thread> ThreadSearch::rows(Page page) const {
  // SQLite reads a negative limit as none.
  const Page bounded{std::max(page.limit, 0), std::max(page.offset, 0)};
  if (hopeless_ || bounded.limit == 0) return {};
  const auto walk = choose(bounded);
  const auto other = rarest();
  if (walk == other) return rows_of(walk, bounded);
  {
    const StepLimit limit(*connection_, size_of(other) * kStepsPerSortedRow);
    try {
      return rows_of(walk, bounded);
    } catch (const SQLite::Exception& failure) {
      if (failure.getErrorCode() != SQLITE_INTERRUPT) throw;
    }
  }
  return rows_of(other, bounded);
}

std::vector<models::Thread> ThreadSearch::rows_of(Walk walk, Page page) const {
  std::vector<models::Thread> found;
  const auto from = source(walk, Order::kSorted);
  Query query(*connection_, std::string("SELECT ") + kThreadColumns + from.from + from.where.where() +
                                order_by(walk) + " LIMIT ? OFFSET ?");
  from.where.bind(query);
  query.bind(page.limit, page.offset);
  while (query.next()) found.push_back(thread_row(query));
  return found;
}

}  // namespace agenthost::storage

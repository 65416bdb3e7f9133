#include "host/storage/sqlite/thread_search.hpp"

#include <algorithm>
#include <array>

#include "host/storage/sqlite/rows.hpp"
#include "host/storage/sqlite/thread_order.hpp"

namespace agenthost::storage {
namespace {

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

// In the order of their names.
constexpr std::array kStatuses{models::ThreadStatus::kBusy, models::ThreadStatus::kError,
                               models::ThreadStatus::kIdle, models::ThreadStatus::kInterrupted};

// To look a thread up costs as much as to read so many in a row.
constexpr std::int64_t kReadsPerLook = 4;
// What a look at the key of one thread costs, in steps of a walk.
constexpr std::int64_t kStepsPerLook = 20;
// A walk that has taken so many times the steps it should have is given up.
constexpr std::int64_t kPatience = 8;
constexpr std::int64_t kFewSteps = 1'000;  // fewer are always taken

Result<JsonDocument> parse_pattern(const std::string& pattern, std::string_view what) {
  auto parsed = parse_json(pattern);
  if (!parsed) return fail(ErrorCode::kInvalid, std::string(what) + " filter: " + parsed.error().text);
  if (!parsed->IsObject())
    return fail(ErrorCode::kInvalid, std::string(what) + " filter: expected a JSON object");
  return parsed;
}

Result<Clauses> values_clause(const std::string& pattern) {
  const auto parsed = parse_pattern(pattern, "values");
  if (!parsed) return fail(parsed.error());
  Clauses clause;
  std::string members = "[";
  for (const auto& member : parsed->GetObject()) {
    const auto name = as_view(member.name);
    // No channel is called so, and SQLite's JSON functions would cut the name off.
    if (name.find('\0') != std::string_view::npos) clause.add("0", {});
    members += (members.size() > 1 ? ",[" : "[") + quote(name) + "," + quote(to_text(member.value)) + "]";
  }
  clause.add(kValuesContain, {members + "]"});
  return clause;
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) out += (out.size() > 1 ? "," : "") + quote(text);
  return out + "]";
}

std::int64_t all_threads(Connection& connection) {
  std::int64_t sum = 0;
  for (const auto status : kStatuses) {
    const auto label = find_label(connection, label_of(status));
    if (label) sum += count_with(connection, *label);
  }
  return sum;
}

}  // namespace

Result<ThreadSearch> ThreadSearch::run(Connection& connection, const ThreadFilter& filter) {
  if (std::find(kSortKeys.begin(), kSortKeys.end(), filter.sort_by) == kSortKeys.end())
    return fail(ErrorCode::kInvalid, "sort_by '" + filter.sort_by +
                                         "' is not one of thread_id, status, created_at, updated_at, "
                                         "state_updated_at");
  ThreadSearch search(connection, filter);
  Clauses unlabelled;
  if (!filter.ids.empty()) search.take_ids(filter.ids);
  if (filter.status) search.meet(label_of(*filter.status));
  if (filter.metadata_contains) {
    const auto rest = search.take_metadata(*filter.metadata_contains);
    if (!rest) return fail(rest.error());
    unlabelled.append(*rest);
  }
  if (filter.values_contain) {
    const auto rest = values_clause(*filter.values_contain);
    if (!rest) return fail(rest.error());
    unlabelled.append(*rest);
  }
  if (!unlabelled.empty()) search.compare(unlabelled);
  return search;
}

void ThreadSearch::meet(const ThreadSet& threads) {
  if (matches_) {
    matches_->keep_only(threads);
  } else {
    matches_ = threads;
  }
}

void ThreadSearch::meet(const Label& label) {
  if (matches_ && matches_->pieces().empty()) return;
  const auto stored = find_label(*connection_, label);
  meet(stored ? threads_with(*connection_, *stored) : ThreadSet());
}

void ThreadSearch::take_ids(const std::vector<std::string>& ids) {
  ThreadSet threads;
  const auto list = json_list(ids);
  Query query(*connection_, "SELECT number FROM threads WHERE thread_id IN (SELECT value FROM json_each(?))");
  query.bind(list);
  while (query.next()) threads.add(query.integer(0));
  meet(threads);
}

// Returns what the labels do not say.
Result<Clauses> ThreadSearch::take_metadata(const std::string& pattern) {
  const auto parsed = parse_pattern(pattern, "metadata");
  if (!parsed) return fail(parsed.error());
  const auto wanted = labels_wanted(*parsed);
  for (const auto& label : wanted.labels) meet(label);
  Clauses rest;
  if (!wanted.say_all) rest.add("json_contains(t.metadata, ?)", {pattern});
  return rest;
}

// Keeps the threads that meet the conditions, which are on t.
void ThreadSearch::compare(const Clauses& conditions) {
  ThreadSet kept;
  const std::string select = "SELECT t.number FROM threads t" + conditions.where();
  if (!matches_ || matches_->count() > all_threads(*connection_) / kReadsPerLook) {
    Query query(*connection_, select);
    conditions.bind(query);
    while (query.next()) kept.add(query.integer(0));
    meet(kept);
    return;
  }
  Query query(*connection_, select + " AND t.number = ?");
  for (const auto number : matches_->numbers(Order::kAscending, 0, matches_->count())) {
    conditions.bind(query.again());
    if (query.bind(number).next()) kept.add(number);
  }
  matches_ = std::move(kept);
}

std::int64_t ThreadSearch::total() const {
  return matches_ ? matches_->count() : all_threads(*connection_);
}

std::vector<models::Thread> ThreadSearch::rows(Page page) const {
  // SQLite reads a negative limit as none.
  const Page bounded{std::max(page.limit, 0), std::max(page.offset, 0)};
  std::vector<models::Thread> found;
  if (bounded.limit == 0) return found;
  const auto numbers = sort_by_ == "status" ? page_by_status(bounded)
                       : matches_           ? page_of_matches(bounded)
                                            : page_of_all(bounded);
  Query query(*connection_, std::string("SELECT ") + kThreadColumns + " FROM threads t WHERE t.number = ?");
  for (const auto number : numbers) {
    if (query.again().bind(number).next()) found.push_back(thread_row(query));
  }
  return found;
}

ThreadSearch::Numbers ThreadSearch::page_of_all(Page page) const {
  Numbers numbers;
  Query query(*connection_, walk_of_threads(sort_by_, order_) + " LIMIT ? OFFSET ?");
  query.bind(page.limit, page.offset);
  while (query.next()) numbers.push_back(query.integer(0));
  return numbers;
}

// One status after the other, each in the order of creation.
ThreadSearch::Numbers ThreadSearch::page_by_status(Page page) const {
  Numbers numbers;
  std::int64_t offset = page.offset;
  auto statuses = kStatuses;
  if (order_ == Order::kDescending) std::reverse(statuses.begin(), statuses.end());
  for (const auto status : statuses) {
    const auto label = find_label(*connection_, label_of(status));
    if (!label) continue;
    auto threads = threads_with(*connection_, *label);
    if (matches_) threads.keep_only(*matches_);
    const auto wanted = page.limit - static_cast<std::int64_t>(numbers.size());
    const auto some = threads.numbers(order_, offset, wanted);
    numbers.insert(numbers.end(), some.begin(), some.end());
    offset = std::max<std::int64_t>(offset - threads.count(), 0);
  }
  return numbers;
}

ThreadSearch::Numbers ThreadSearch::page_of_matches(Page page) const {
  if (sort_by_ == "created_at") return matches_->numbers(order_, page.offset, page.limit);
  if (auto walked = page_by_walk(page)) return *std::move(walked);
  const auto first = static_cast<std::size_t>(page.offset);
  return sorted(*connection_, *matches_, sort_by_, order_,
                {first, first + static_cast<std::size_t>(page.limit)});
}

// nullopt: a sort is, or turns out to be, less work.
std::optional<ThreadSearch::Numbers> ThreadSearch::page_by_walk(Page page) const {
  const auto matching = matches_->count();
  if (matching <= page.offset) return Numbers{};
  const auto wanted = std::min<std::int64_t>(std::int64_t{page.offset} + page.limit, matching);
  const auto expected = wanted * all_threads(*connection_) / matching;
  if (expected > matching * kStepsPerLook) return std::nullopt;
  auto patience = expected * kPatience + kFewSteps;
  Numbers numbers;
  std::int64_t seen = 0;
  Query query(*connection_, walk_of_threads(sort_by_, order_));
  while (seen < wanted && query.next()) {
    if (--patience < 0) return std::nullopt;
    if (!matches_->has(query.integer(0))) continue;
    if (++seen > page.offset) numbers.push_back(query.integer(0));
  }
  return numbers;
}

}  // namespace agenthost::storage

// search_bench FILE [THREADS]: how long searches take among so many threads (1,000,000), and pages of the
// history of a thread with 10,000 checkpoints. Prints tables of times in Markdown, and SQLite's plans.
//
// Each cell has a connection of its own, as a reader's, and each query a read transaction and other values.
// The file is made when it is not there; that takes a minute or two.
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "host/storage/sqlite/reads.hpp"
#include "tests/bench/search/search_data.hpp"

namespace agenthost::bench {
namespace {

using namespace storage;
using Clock = std::chrono::steady_clock;

constexpr std::array<const char*, 5> kSortKeys{"created_at", "updated_at", "state_updated_at", "status",
                                               "thread_id"};

// One or more cells of a table's row.
struct Asked {
  std::string what;
  int times;
  // The n-th time.
  std::function<Status(Connection&, int n)> ask;
};

std::string text(const char* key, const std::string& value) {
  return std::string("\"") + key + "\":\"" + value + "\"";
}

// A number among the threads, another each time.
int some(int n, int threads) {
  return static_cast<int>((static_cast<std::int64_t>(n) * 7'919 + 13) % threads);
}

template <class Found>
Status status_of(const Result<Found>& found) {
  return found ? Status{} : fail(found.error());
}

struct Filter {
  const char* what;
  std::function<ThreadFilter(int thread)> of;
};

std::vector<Filter> filters() {
  const auto metadata = [](auto members) {
    return [members](int n) { return ThreadFilter{.metadata_contains = "{" + members(n) + "}"}; };
  };
  return {
      {"everything", [](int) { return ThreadFilter{}; }},
      {"status interrupted (2 %)",
       [](int) { return ThreadFilter{.status = models::ThreadStatus::kInterrupted}; }},
      {"owner (20 threads)", metadata([](int n) { return text("owner", owner_of(n)); })},
      {"team (5,000)", metadata([](int n) { return text("team", team_of(n)); })},
      {"assistant_id (20,000)", metadata([](int n) { return text("assistant_id", assistant_of(n)); })},
      {"graph_id (200,000)", metadata([](int n) { return text("graph_id", graph_of(n)); })},
      {"region (half)", metadata([](int n) { return text("region", region_of(n)); })},
      {"legacy (the oldest tenth)", metadata([](int) { return std::string(R"("legacy":true)"); })},
      {"region + team",
       metadata([](int n) { return text("region", region_of(n)) + "," + text("team", team_of(n)); })},
      {"region + plan (two broad ones)",
       metadata([](int n) { return text("region", region_of(n)) + "," + text("plan", plan_of(n)); })},
      {"assistant_id + status idle",
       [](int n) {
         return ThreadFilter{.metadata_contains = "{" + text("assistant_id", assistant_of(n)) + "}",
                             .status = models::ThreadStatus::kIdle};
       }},
      {"owner + nested project.stage",
       metadata([](int n) { return text("owner", owner_of(n)) + R"(,"project":{"stage":"live"})"; })},
      {"nested project.id (1,000)",
       metadata([](int n) { return R"("project":{"id":)" + std::to_string(n % 1'000) + "}"; })},
  };
}

// A search answers a page and the number of all matches.
Asked search(const Filter& filter, const char* key, int threads) {
  return {std::string(filter.what) + ", by " + key, 100,
          [of = filter.of, key, threads](Connection& from, int n) {
            auto asked = of(some(n, threads));
            asked.sort_by = key;
            return status_of(read_threads(from, asked, {10, 0}));
          }};
}

std::vector<Asked> searches_of_values(int threads) {
  constexpr const char* kValues = R"({"messages":"x"})";
  return {{"owner, values contain", 100,
           [threads](Connection& from, int n) {
             const auto owner = "{" + text("owner", owner_of(some(n, threads))) + "}";
             return status_of(
                 read_threads(from, {.metadata_contains = owner, .values_contain = kValues}, {10, 0}));
           }},
          // Takes long by its nature.
          {"values contain alone", 3, [](Connection& from, int) {
             return status_of(read_threads(from, {.values_contain = kValues}, {10, 0}));
           }}};
}

std::vector<Asked> histories() {
  const auto before = [](int n) {
    char id[37];
    std::snprintf(id, sizeof id, "%08x", some(n, kCheckpoints));
    return std::string(id);
  };
  return {{"history: the newest 10", 200,
           [](Connection& from, int) { return status_of(read_history(from, kLongThread, {.limit = 10})); }},
          {"history: 10 before a checkpoint", 200,
           [before](Connection& from, int n) {
             return status_of(read_history(from, kLongThread, {.before = before(n), .limit = 10}));
           }},
          {"history: 100 before a checkpoint", 200, [before](Connection& from, int n) {
             return status_of(read_history(from, kLongThread, {.before = before(n), .limit = 100}));
           }}};
}

double milliseconds_of(Connection& from, const Asked& asked, int n) {
  const auto start = Clock::now();
  from.run("BEGIN");
  const auto done = asked.ask(from, n);
  from.run("ROLLBACK");
  if (!done) {
    std::fprintf(stderr, "%s: %s\n", asked.what.c_str(), done.error().text.c_str());
    std::exit(1);
  }
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void print_plans(Connection& from) {
  auto* handle = from.database().getHandle();
  std::vector<std::string> statements;
  for (auto* one = sqlite3_next_stmt(handle, nullptr); one != nullptr; one = sqlite3_next_stmt(handle, one))
    statements.emplace_back(sqlite3_sql(one));
  for (const auto& sql : statements) {
    SQLite::Statement plan(from.database(), "EXPLAIN QUERY PLAN " + sql);
    std::string steps;
    while (plan.executeStep()) steps += (steps.empty() ? "" : "; ") + plan.getColumn(3).getString();
    std::printf("* %s\n  %s\n", sql.c_str(), steps.c_str());
  }
}

std::unique_ptr<Connection> open(const std::filesystem::path& file) {
  auto opened = Connection::open(file, Role::kReader);
  if (opened) return std::move(*opened);
  std::fprintf(stderr, "%s\n", opened.error().text.c_str());
  std::exit(1);
}

// " p50 / p99 |" in ms
void print_times(const std::filesystem::path& file, const Asked& asked) {
  const auto from = open(file);
  std::vector<double> times;
  for (int n = 0; n < asked.times; ++n) times.push_back(milliseconds_of(*from, asked, n));
  std::sort(times.begin(), times.end());
  const auto at = [&](double part) {
    return times[static_cast<std::size_t>(std::ceil(part * static_cast<double>(times.size() - 1)))];
  };
  std::printf(" %.2f / %.2f |", at(0.5), at(0.99));
  std::fflush(stdout);
}

void print_all(const std::filesystem::path& file, int threads) {
  std::printf("| filter (threads that match) |");
  for (const char* key : kSortKeys) std::printf(" %s |", key);
  std::printf("\n|---|---:|---:|---:|---:|---:|\n");
  for (const auto& filter : filters()) {
    std::printf("| %s |", filter.what);
    for (const char* key : kSortKeys) print_times(file, search(filter, key, threads));
    std::printf("\n");
  }
  std::printf("\n| other | p50 / p99 |\n|---|---:|\n");
  auto others = searches_of_values(threads);
  for (auto& one : histories()) others.push_back(std::move(one));
  for (const auto& one : others) {
    std::printf("| %s |", one.what.c_str());
    print_times(file, one);
    std::printf("\n");
  }
  std::printf("\n");
  const auto from = open(file);
  for (const auto& filter : filters()) {
    for (const char* key : kSortKeys) (void)milliseconds_of(*from, search(filter, key, threads), 0);
  }
  for (const auto& one : others) (void)milliseconds_of(*from, one, 0);
  print_plans(*from);
}

}  // namespace
}  // namespace agenthost::bench

int main(int argc, char** argv) {
  using namespace agenthost::bench;
  if (argc < 2) {
    std::fprintf(stderr, "usage: search_bench FILE [THREADS]\n");
    return 2;
  }
  const int threads = argc > 2 ? std::atoi(argv[2]) : 1'000'000;
  if (const auto built = build(argv[1], threads); !built) {
    std::fprintf(stderr, "%s\n", built.error().text.c_str());
    return 1;
  }
  print_all(argv[1], threads);
  return 0;
}

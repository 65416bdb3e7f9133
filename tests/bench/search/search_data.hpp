// The threads that search_bench searches: made the same way every time, so that a file built once can be used
// again. Pure functions but for build(); thread-safe.
#pragma once

#include <filesystem>
#include <string>

#include "host/base/error.hpp"

namespace agenthost::bench {

inline constexpr int kCheckpoints = 10'000;
inline constexpr const char* kLongThread = "ffffffff-0000-7000-8000-000000000000";

// Members of the n-th thread's metadata, of N: how many threads share a value is in the name of each.
[[nodiscard]] std::string owner_of(int n);      // about 20 threads
[[nodiscard]] std::string assistant_of(int n);  // a fiftieth
[[nodiscard]] std::string team_of(int n);       // 1 in 200
[[nodiscard]] std::string graph_of(int n);      // a fifth
[[nodiscard]] std::string region_of(int n);     // half
[[nodiscard]] std::string plan_of(int n);       // nine tenths, or one

// Makes the file unless it is there with so many threads: one of them has kCheckpoints checkpoints.
[[nodiscard]] Status build(const std::filesystem::path& file, int threads);

}  // namespace agenthost::bench

// bare_round_trip_us: what two processes that sleep while they wait for each other cost by themselves on this
// machine, now: beside that a call of a node in a worker process is to be seen.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace agenthost::bench {

// The median time for `there` bytes to another process and `back` bytes from it, with blocking reads and
// nothing else. Only while this process has one thread: it forks.
[[nodiscard]] double bare_round_trip_us(std::size_t there, std::size_t back,
                                        std::chrono::steady_clock::duration time);

[[nodiscard]] double median(std::vector<double> values);

}  // namespace agenthost::bench

// The sandbox of a worker process: what it gives up for good before it touches a plugin's library.
//
// After confine() this process cannot start another, open a socket, write to a file, read beyond its plugin
// and the system's libraries, signal or trace anybody, nor gain rights, and its memory, descriptors and
// processor time are bounded. It is meant for this process alone: call it once, while there is one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/base/error.hpp"

namespace agenthost::isolation {

struct Confinement {
  std::uint64_t memory_bytes = 0;
  std::uint32_t cpu_seconds = 0;  // 0 = no limit
  std::uint32_t open_files = 0;
  std::vector<std::string> readable;  // files and folders, besides the system's
};

// What this kernel could not give, in words for the operator; an error when it is too little to go on.
[[nodiscard]] Result<std::vector<std::string>> confine(const Confinement& confinement);

// Its parts.
[[nodiscard]] Status limit_resources(const Confinement& confinement);
enum class Landlock { kActive, kAbsent };
[[nodiscard]] Result<Landlock> limit_files(const std::vector<std::string>& readable);
[[nodiscard]] Status limit_system_calls();

}  // namespace agenthost::isolation

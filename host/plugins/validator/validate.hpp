// The validator: judges a plugin's folder as the server would, and further. Everything that runs the plugin's
// code runs in a child process with a time-out, so no plugin can harm the caller. The caller must be
// single-threaded.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "host/plugins/validator/strict_host.hpp"
#include "host/plugins/validator/verdict.hpp"

namespace agenthost::plugins::validator {

struct ValidateOptions {
  Level level = Level::kRun;
  std::uint64_t seed = 1;
  unsigned rounds = 20;       // of wild input for each node
  std::string config = "{}";  // laid over the manifest's, as the operator's would be
  Patience patience;
  std::vector<std::string>
      only;  // names of checks; empty = all of the level. What comes before "load" always
};

// The names of the checks that need the plugin's code.
[[nodiscard]] std::vector<std::string> check_names();

[[nodiscard]] Verdict validate(const std::filesystem::path& folder, const ValidateOptions& options);

// The same for plugins that are to be served together: they must not share an id or a graph.
[[nodiscard]] std::vector<Verdict> validate_all(const std::vector<std::filesystem::path>& folders,
                                                const ValidateOptions& options);

}  // namespace agenthost::plugins::validator

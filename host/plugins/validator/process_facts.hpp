// What can be seen of this process from the outside: threads, open files, and what every library in it
// shares. Functions are thread-safe as far as nobody changes these things meanwhile.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace agenthost::plugins::validator {

[[nodiscard]] std::vector<std::string> names_of_threads();

// Descriptor -> what it leads to.
[[nodiscard]] std::map<std::string, std::string> open_files();

// Name -> value of what belongs to the process: working directory, umask, locale, signal handlers and
// environment.
[[nodiscard]] std::map<std::string, std::string> shared_facts();

}  // namespace agenthost::plugins::validator

// The dynamic symbols of a shared library, read from the file: nothing of it is loaded or run. Functions are
// thread-safe.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/base/error.hpp"

namespace agenthost::plugins::validator {

struct ElfSymbols {
  std::vector<std::string> exported;   // what other libraries can bind to
  std::vector<std::string> undefined;  // what it expects of others
};

// kInvalid for what is no 64-bit ELF library of this machine's kind; hostile files do no harm.
[[nodiscard]] Result<ElfSymbols> read_elf_symbols(const std::filesystem::path& file);

}  // namespace agenthost::plugins::validator

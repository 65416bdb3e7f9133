// check_elf: whether a file can be handed to the dynamic linker. It maps what the headers promise, and a file
// that is shorter (a copy that broke off) would end the process with SIGBUS. A pure function of the file.
#pragma once

#include <filesystem>

#include "host/base/error.hpp"

namespace agenthost::plugins {

// kInvalid: no shared library of this machine, or not whole. The text goes behind the library's name.
[[nodiscard]] Status check_elf(const std::filesystem::path& file);

}  // namespace agenthost::plugins

#include "host/plugins/elf_check.hpp"

#include <link.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <system_error>
#include <vector>

namespace agenthost::plugins {
namespace {

#if defined(__x86_64__)
constexpr int kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr int kMachine = EM_AARCH64;
#else
constexpr int kMachine = EM_NONE;  // any: the dynamic linker says so itself
#endif
constexpr int kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);

tl::unexpected<Error> refuse(const char* why) {
  return fail(ErrorCode::kInvalid, why);
}

Status check_header(const Header& header) {
  if (std::memcmp(static_cast<const unsigned char*>(header.e_ident), ELFMAG, SELFMAG) != 0)
    return refuse("it is no shared library (no ELF header)");
  if (header.e_type != ET_DYN) return refuse("it is no shared library (another kind of ELF file)");
  const bool ours =
      header.e_ident[EI_CLASS] == kClass && (kMachine == EM_NONE || header.e_machine == kMachine);
  if (!ours) return refuse("it was built for another kind of machine");
  return {};
}

bool fits(std::uint64_t offset, std::uint64_t bytes, std::uint64_t size) {
  return offset <= size && bytes <= size - offset;
}

}  // namespace

Status check_elf(const std::filesystem::path& file) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(file, ec);
  std::ifstream in(file, std::ios::binary);
  Header header{};
  if (ec || !in.read(reinterpret_cast<char*>(&header), sizeof header)) return refuse("file too short");
  if (auto good = check_header(header); !good) return good;
  constexpr const char* kBrokenOff = "file too short: it is not whole; was its copy broken off?";
  // Linkers write the table of sections last.
  if (!fits(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize, size))
    return refuse(kBrokenOff);
  if (header.e_phentsize != sizeof(Segment)) return refuse("its program headers are damaged");
  std::vector<Segment> segments(header.e_phnum);
  in.seekg(static_cast<std::streamoff>(header.e_phoff));
  const auto bytes = static_cast<std::streamsize>(segments.size() * sizeof(Segment));
  if (!in.read(reinterpret_cast<char*>(segments.data()), bytes)) return refuse(kBrokenOff);
  for (const auto& segment : segments) {
    if (segment.p_type == PT_LOAD && !fits(segment.p_offset, segment.p_filesz, size))
      return refuse(kBrokenOff);
  }
  return {};
}

}  // namespace agenthost::plugins

#include "host/plugins/validator/elf_symbols.hpp"

#include <elf.h>

#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

namespace agenthost::plugins::validator {
namespace {

constexpr std::streamoff kMaxBytes = std::streamoff{1} << 30U;
#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#else
constexpr Elf64_Half kMachine = EM_AARCH64;
#endif

// A file whose every read is checked against its end.
class Image {
 public:
  explicit Image(std::string bytes) : bytes_(std::move(bytes)) {}

  template <class T>
  [[nodiscard]] std::optional<T> at(std::uint64_t offset) const {
    if (offset > bytes_.size() || bytes_.size() - offset < sizeof(T)) return std::nullopt;
    T value{};
    std::memcpy(&value, bytes_.data() + offset, sizeof(T));
    return value;
  }
  // The NUL-terminated text there; empty when it is outside.
  [[nodiscard]] std::string_view text_at(std::uint64_t offset) const {
    if (offset >= bytes_.size()) return {};
    const auto end = bytes_.find('\0', offset);
    if (end == std::string::npos) return {};
    return std::string_view(bytes_).substr(offset, end - offset);
  }

 private:
  const std::string bytes_;
};

Result<Image> read_image(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  const auto size = in ? static_cast<std::streamoff>(in.tellg()) : -1;
  if (size < 0) return fail(ErrorCode::kNotFound, file.string() + ": cannot be read");
  if (size > kMaxBytes) return fail(ErrorCode::kExhausted, file.string() + ": larger than 1 GB");
  std::string bytes(static_cast<std::size_t>(size), '\0');
  in.seekg(0);
  in.read(bytes.data(), size);
  return Image(std::move(bytes));
}

bool is_library(const Elf64_Ehdr& header) {
  return std::memcmp(static_cast<const unsigned char*>(header.e_ident), ELFMAG, SELFMAG) == 0 &&
         header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_ident[EI_DATA] == ELFDATA2LSB &&
         header.e_type == ET_DYN && header.e_machine == kMachine && header.e_shentsize == sizeof(Elf64_Shdr);
}

void take_symbol(const Elf64_Sym& symbol, std::string_view name, ElfSymbols& out) {
  const auto binding = ELF64_ST_BIND(symbol.st_info);
  const auto visibility = ELF64_ST_VISIBILITY(symbol.st_other);
  if (name.empty() || binding == STB_LOCAL) return;
  if (symbol.st_shndx == SHN_UNDEF) {
    out.undefined.emplace_back(name);
  } else if (visibility == STV_DEFAULT || visibility == STV_PROTECTED) {
    out.exported.emplace_back(name);
  }
}

}  // namespace

Result<ElfSymbols> read_elf_symbols(const std::filesystem::path& file) {
  const auto image = read_image(file);
  if (!image) return fail(image.error());
  const auto header = image->at<Elf64_Ehdr>(0);
  if (!header || !is_library(*header)) {
    return fail(ErrorCode::kInvalid, file.string() + ": is no shared library for this machine");
  }
  ElfSymbols symbols;
  for (unsigned i = 0; i < header->e_shnum; ++i) {
    const auto section = image->at<Elf64_Shdr>(header->e_shoff + i * sizeof(Elf64_Shdr));
    if (!section || section->sh_type != SHT_DYNSYM) continue;
    const auto names = image->at<Elf64_Shdr>(header->e_shoff + section->sh_link * sizeof(Elf64_Shdr));
    if (!names) continue;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= section->sh_size; at += sizeof(Elf64_Sym)) {
      const auto symbol = image->at<Elf64_Sym>(section->sh_offset + at);
      if (!symbol) break;
      take_symbol(*symbol, image->text_at(names->sh_offset + symbol->st_name), symbols);
    }
  }
  return symbols;
}

}  // namespace agenthost::plugins::validator

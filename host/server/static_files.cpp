#include "host/server/static_files.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "host/base/ids.hpp"

namespace agenthost::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTotalBytes = 256U << 20U;

std::string content_type_of(const fs::path& file) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kTypes{{
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".txt", "text/plain; charset=utf-8"},
      {".md", "text/markdown; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".jpg", "image/jpeg"},
      {".ico", "image/x-icon"},
      {".webp", "image/webp"},
      {".woff", "font/woff"},
      {".woff2", "font/woff2"},
      {".ttf", "font/ttf"},
      {".wasm", "application/wasm"},
  }};
  const auto extension = file.extension().string();
  for (const auto& [known, type] : kTypes) {
    if (extension == known) return std::string(type);
  }
  return "application/octet-stream";
}

Result<File> read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  File file;
  file.content.assign(std::istreambuf_iterator<char>(in), {});
  if (!in.is_open() || in.bad()) {
    return fail(ErrorCode::kUnavailable, path.string() + ": cannot be read; check its permissions");
  }
  file.content_type = content_type_of(path);
  file.etag = '"' + short_hash(file.content) + '"';
  return file;
}

}  // namespace

Result<StaticFiles> StaticFiles::load(const fs::path& directory) {
  StaticFiles loaded;
  std::size_t total = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_symlink() || !entry->is_regular_file()) continue;
    auto file = read_file(entry->path());
    if (!file) return fail(file.error());
    total += file->content.size();
    if (total > kMaxTotalBytes) {
      return fail(ErrorCode::kExhausted,
                  directory.string() + ": holds more than 256 MB; keep only what a browser needs");
    }
    loaded.files_.emplace(entry->path().lexically_relative(directory).generic_string(), std::move(*file));
  }
  if (error) {
    return fail(ErrorCode::kNotFound,
                directory.string() + ": " + error.message() + "; check the directory's path");
  }
  return loaded;
}

const File* StaticFiles::find(std::string_view path) const {
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  std::string name(path);
  if (name.empty() || name.back() == '/') name += "index.html";
  auto found = files_.find(name);
  if (found == files_.end()) found = files_.find(name + "/index.html");
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace agenthost::server

// StaticFiles: the files of one directory, read into memory at the start. Immutable after load, so a request
// can neither leave the directory nor see a file half written.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "host/base/error.hpp"

namespace agenthost::server {

struct File {
  std::string content;
  std::string content_type;
  std::string etag;  // with its quotes
};

class StaticFiles {
 public:
  // Regular files at any depth; symbolic links are passed over. Fails on an unreadable file or more than 256
  // MB.
  [[nodiscard]] static Result<StaticFiles> load(const std::filesystem::path& directory);

  // path: decoded, relative to the directory, with or without a leading '/'. A directory (or "") means its
  // index.html. nullptr = no such file.
  [[nodiscard]] const File* find(std::string_view path) const;

  [[nodiscard]] std::size_t size() const { return files_.size(); }

 private:
  std::unordered_map<std::string, File> files_;
};

}  // namespace agenthost::server

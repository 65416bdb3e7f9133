// DataFolder: the folder of what lasts, which is one server's as long as that lives: two on one database
// would both take up its runs. Immutable.
#pragma once

#include <filesystem>
#include <utility>

#include "host/base/error.hpp"
#include "host/base/file_descriptor.hpp"

namespace agenthost::app {

class DataFolder {
 public:
  // Makes it when it is not there. The error is for a terminal.
  [[nodiscard]] static Result<DataFolder> open(const std::filesystem::path& directory);

 private:
  explicit DataFolder(FileDescriptor lock) : lock_(std::move(lock)) {}

  FileDescriptor lock_;
};

}  // namespace agenthost::app

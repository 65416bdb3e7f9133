// SourceWatch: tells when a file of a source tree has been saved. Build folders and hidden files do not
// count. Strand-bound.
#pragma once

#include <filesystem>

namespace agenthost::app {

class SourceWatch {
 public:
  // fd() is -1 when the kernel has no more watches to give.
  explicit SourceWatch(std::filesystem::path folder);
  ~SourceWatch();
  SourceWatch(const SourceWatch&) = delete;
  SourceWatch& operator=(const SourceWatch&) = delete;

  // Readable when something may have changed.
  [[nodiscard]] int fd() const { return fd_; }
  // Takes what is there to read, until it has been quiet for a moment (editors save in several steps).
  // Whether a source file was among it.
  [[nodiscard]] bool take_changes();

 private:
  void watch_all();
  // Whether a source file was among the events that are there now.
  bool read_events();

  const std::filesystem::path folder_;
  const int fd_;
};

}  // namespace agenthost::app

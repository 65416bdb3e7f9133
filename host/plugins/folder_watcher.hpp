// FolderWatcher: says when a directory has changed and has been quiet since.
//
// It sees the directory and the folders in it, not what is deeper. It watches first and looks second, so that
// nothing is missed in between; where the kernel cannot watch, it looks every few seconds instead. One thread
// of its own, asleep in the kernel. Thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "host/base/file_descriptor.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::plugins {

class FolderWatcher {
 public:
  // settle: how long it has to be quiet. look: called on the watcher's thread, once at the start and after
  // each change; it may block.
  FolderWatcher(std::filesystem::path directory, std::chrono::milliseconds settle, std::function<void()> look,
                telemetry::Logger& logger);
  ~FolderWatcher();
  FolderWatcher(const FolderWatcher&) = delete;
  FolderWatcher& operator=(const FolderWatcher&) = delete;

  // Waits for a look in progress. Idempotent; not from look.
  void stop();

 private:
  class Watch;
  enum class Woken { kChanged, kQuiet, kStopped };

  void run();
  [[nodiscard]] Woken wait(const Watch& watch, std::chrono::milliseconds longest) const;
  [[nodiscard]] Woken wait_until_quiet(Watch& watch) const;

  // Constant after construction
  const std::filesystem::path directory_;
  const std::chrono::milliseconds settle_;
  const std::function<void()> look_;
  telemetry::Logger& logger_;
  const FileDescriptor stopping_;  // an eventfd
  // Of the thread that constructs and stops
  std::thread thread_;
};

}  // namespace agenthost::plugins

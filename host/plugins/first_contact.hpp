// FirstContact: a library that this server has not met is opened in a process of its own before it is opened
// here, so that one that crashes, exits or hangs as it is opened costs that process and not the server.
//
// What went well is remembered by content, for one build of the server: the next start tries nothing out.
// What went wrong is not, since its reason may lie outside the plugin. Thread-safe.
#pragma once

#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "host/base/error.hpp"
#include "host/plugins/bring_up.hpp"

namespace agenthost::plugins {

class FirstContact {
 public:
  // processes outlives this. remembered: the file for what went well; empty: it is known only as long as this
  // lives. build: of the server, one word; what another build has met counts for nothing.
  FirstContact(ProcessLauncher& processes, std::filesystem::path remembered, std::string build);

  struct Stranger {
    PluginSource source;
    std::string hash;  // of manifest and library
  };
  // How it went with each, in their order. Those nobody has met are tried out at the same time. Blocks.
  [[nodiscard]] std::vector<Status> meet(const std::vector<Stranger>& strangers,
                                         const HostServices& services);

 private:
  [[nodiscard]] bool knows(const std::string& hash) const;
  void try_out(const std::vector<Stranger>& strangers, std::vector<Status>& met,
               const HostServices& services);
  void remember(const std::vector<std::string>& hashes, telemetry::Logger& logger);

  // Constant after construction
  ProcessLauncher& processes_;
  const std::filesystem::path file_;
  const std::string build_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::set<std::string> known_;
};

}  // namespace agenthost::plugins

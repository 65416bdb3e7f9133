// Processes: the server's end of every worker process: the one thread that serves them all, and where their
// program is. Thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "host/base/executor.hpp"
#include "host/plugins/bring_up.hpp"
#include "host/plugins/isolation/child_pool.hpp"
#include "host/plugins/isolation/event_loop.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::isolation {

// What a plugin may ask about by name.
struct KnownNames {
  std::vector<std::string> services, models;
};

class Processes final : public plugins::ProcessLauncher {
 public:
  // timers outlive every plugin launched here, and this outlives the plugins. The thread starts with the
  // first plugin.
  [[nodiscard]] static Result<std::unique_ptr<Processes>> open(Timers& timers,
                                                               settings::WorkerProcesses limits,
                                                               KnownNames names);
  ~Processes() override;
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  [[nodiscard]] Result<std::unique_ptr<plugins::RunningPlugin>> launch(
      const plugins::PluginSource& source, const plugins::HostServices& services) override;
  [[nodiscard]] Status try_out(const plugins::PluginSource& source,
                               const plugins::HostServices& services) override;

 private:
  Processes(std::unique_ptr<EventLoop> loop, Timers& timers, settings::WorkerProcesses limits,
            KnownNames names);
  [[nodiscard]] Equipment equipment_for(const plugins::PluginSource& source) const;
  [[nodiscard]] Result<std::unique_ptr<plugins::RunningPlugin>> open(Equipment equipment,
                                                                     const plugins::HostServices& services);

  // Constant after construction
  const std::unique_ptr<EventLoop> loop_;
  Timers& timers_;
  const settings::WorkerProcesses limits_;
  const KnownNames names_;
  const std::filesystem::path program_;
  // Own synchronisation
  std::once_flag started_;
  std::thread thread_;
};

}  // namespace agenthost::isolation

#include "host/plugins/isolation/processes.hpp"

#include <pthread.h>

#include <utility>

#include "host/base/json.hpp"
#include "host/plugins/isolation/isolated_plugin.hpp"

namespace agenthost::isolation {
namespace {

constexpr const char* kProgram = "agenthost-worker";

// Beside the program that runs this.
std::filesystem::path beside_us() {
  std::error_code ec;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
  return self.parent_path() / kProgram;
}

}  // namespace

Result<std::unique_ptr<Processes>> Processes::open(Timers& timers, settings::WorkerProcesses limits,
                                                   KnownNames names) {
  auto loop = EventLoop::open();
  if (!loop) return fail(loop.error());
  return std::unique_ptr<Processes>(
      new Processes(std::move(*loop), timers, std::move(limits), std::move(names)));
}

Processes::Processes(std::unique_ptr<EventLoop> loop, Timers& timers, settings::WorkerProcesses limits,
                     KnownNames names)
    : loop_(std::move(loop)),
      timers_(timers),
      limits_(std::move(limits)),
      names_(std::move(names)),
      program_(beside_us()) {}

Processes::~Processes() {
  loop_->stop();
  if (thread_.joinable()) thread_.join();
}

Result<std::unique_ptr<plugins::RunningPlugin>> Processes::launch(const plugins::PluginSource& source,
                                                                  const plugins::HostServices& services) {
  return open(equipment_for(source), services);
}

Status Processes::try_out(const plugins::PluginSource& source, const plugins::HostServices& services) {
  auto equipment = equipment_for(source);
  equipment.purpose = Purpose::kTrial;
  equipment.limits.children = 1;
  const auto plugin = open(std::move(equipment), services);
  if (!plugin && plugin.error().code == ErrorCode::kUnavailable) {
    return fail(ErrorCode::kUnavailable,
                plugin.error().text +
                    "; or set plugins.first_contact: none to open unknown plugins in the server at once");
  }
  if (!plugin) return fail(plugin.error());
  static_cast<void>((*plugin)->stop());
  return {};
}

Equipment Processes::equipment_for(const plugins::PluginSource& source) const {
  Equipment equipment;
  equipment.program = program_;
  equipment.manifest = source.manifest;
  equipment.folder = std::filesystem::absolute(source.folder);
  equipment.library = std::filesystem::absolute(source.library);
  equipment.config = merge_objects(source.manifest.config, source.config);
  equipment.limits = limits_;
  return equipment;
}

Result<std::unique_ptr<plugins::RunningPlugin>> Processes::open(Equipment equipment,
                                                                const plugins::HostServices& services) {
  std::call_once(started_, [this] {
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "isolation");
      loop_->run();
    });
  });
  return IsolatedPlugin::open(std::move(equipment), *loop_, timers_, services, names_.services,
                              names_.models);
}

}  // namespace agenthost::isolation

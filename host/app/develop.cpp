#include "host/app/develop.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "host/app/child_program.hpp"
#include "host/app/dev_server.hpp"
#include "host/app/own_place.hpp"
#include "host/app/source_watch.hpp"
#include "host/base/file_descriptor.hpp"

namespace agenthost::app {
namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

Command serve_command(const DevelopOptions& options, const fs::path& build) {
  Command command{own_executable(), "serve",        "--plugins", build / "plugins",
                  "--data",         build / "data", "--port",    std::to_string(options.port)};
  if (options.config) command.insert(command.end(), {"--config", *options.config});
  return command;
}

// Readable once the user or the system wants it to end, and from then on.
FileDescriptor stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return FileDescriptor(signalfd(-1, &signals, SFD_CLOEXEC));
}

// Configuring again costs little and takes up a changed CMakeLists.txt after a failed try.
bool built(const fs::path& folder, const fs::path& build, int stop) {
  Command configure{"cmake", "-S", folder, "-B", build};
  if (const auto prefix = own_prefix(); !prefix.empty())
    configure.push_back("-DCMAKE_PREFIX_PATH=" + prefix.string());
  return run_quietly(configure, stop) && run_quietly({"cmake", "--build", build}, stop);
}

// Two lines for each save: that it is being built, which may take a while, and how that went, with what the
// server makes of it.
void bring_in(const fs::path& folder, const fs::path& build, DevServer& server, int stop) {
  std::fprintf(stderr, "== building %s\n", folder.c_str());
  const auto began = Clock::now();
  const bool good = built(folder, build, stop);
  if (is_readable(stop)) return;
  if (!good) {
    std::fprintf(stderr, "== not built; what runs goes on running, save a file to try again\n");
    return;
  }
  const auto build_s = seconds_since(began);
  const auto ready = Clock::now();
  const auto said = server.take_build();
  std::fprintf(stderr, "== built in %.1f s; server: %s (%.1f s)\n", build_s, said.c_str(),
               seconds_since(ready));
}

}  // namespace

int develop(const DevelopOptions& options) {
  std::error_code ec;
  const auto folder = fs::canonical(options.folder, ec);
  if (ec || !fs::exists(folder / "CMakeLists.txt", ec)) {
    std::fprintf(stderr,
                 "%s: holds no CMakeLists.txt; name the source folder of a plugin, or make one: "
                 "agenthost new my-agent\n",
                 options.folder.c_str());
    return 2;
  }
  const auto stop = stop_signals();
  const auto build = folder / "build";
  SourceWatch watch(folder);
  // It is told of each build, whole, instead of watching one being written.
  setenv("AGENTHOST_PLUGINS__WATCH", "false", 1);  // NOLINT(concurrency-mt-unsafe): there is no thread yet
  setenv("AGENTHOST_API__ADMIN", "true", 1);       // NOLINT(concurrency-mt-unsafe)
  DevServer server(serve_command(options, build), stop.get());
  bring_in(folder, build, server, stop.get());
  while (!is_readable(stop.get())) {
    std::array<pollfd, 4> wanted{pollfd{stop.get(), POLLIN, 0}, pollfd{watch.fd(), POLLIN, 0},
                                 pollfd{server.output(), POLLIN, 0}, pollfd{server.ended(), POLLIN, 0}};
    poll(wanted.data(), wanted.size(), -1);
    if (wanted[2].revents != 0) server.read_output();
    if (wanted[3].revents != 0) server.bury();
    if (wanted[1].revents != 0 && watch.take_changes()) bring_in(folder, build, server, stop.get());
  }
  return 0;
}

}  // namespace agenthost::app

// Application: the one place where the rooms are joined: settings in, a running server out.
//
// open() builds everything and loads the plugins; start() takes up what a former stop or crash left, and
// listens; stop() ends it in the reverse order and loses nothing that was acknowledged. Thread-safe from
// outside; one per process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host/base/error.hpp"
#include "host/models/plugin_report.hpp"
#include "host/settings/settings.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::app {

class Application {
 public:
  // The error is for a terminal. logger must outlive the application.
  [[nodiscard]] static Result<std::unique_ptr<Application>> open(const settings::Settings& settings,
                                                                 telemetry::Logger& logger);
  ~Application();
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  // The port it listens on.
  [[nodiscard]] Result<std::uint16_t> start();
  // False when a plugin's code did not return: then the process has to end by itself (_Exit), since nothing
  // that this code may still use can be taken down. Nothing else is left to do.
  [[nodiscard]] bool stop();

  [[nodiscard]] std::vector<models::PluginReport> plugins() const;
  // About the plugins directory and its settings, for the operator.
  [[nodiscard]] std::vector<std::string> doubts() const;
  [[nodiscard]] std::string openapi() const;

 private:
  struct Parts;
  explicit Application(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace agenthost::app

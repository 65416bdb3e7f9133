// What the settings mean for each room: the options it is opened with. Pure functions.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "host/plugins/isolation/processes.hpp"
#include "host/server/http_server.hpp"
#include "host/services/run_scheduler.hpp"
#include "host/services/store_service.hpp"
#include "host/services/webhook_service.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::app {

[[nodiscard]] isolation::KnownNames known_names(const settings::Settings& settings);
// Of the plugins' libraries. A server that keeps nothing keeps them only as long as it runs.
[[nodiscard]] std::filesystem::path copies_folder(const settings::Storage& settings);
// Where the server keeps which plugins it has met.
[[nodiscard]] std::filesystem::path met_plugins_file(const settings::Storage& settings);
[[nodiscard]] models::DefaultTtl thread_ttl(const settings::Threads& settings);
[[nodiscard]] services::SchedulerLimits scheduler_limits(const settings::Settings& all);
[[nodiscard]] services::StoreOptions store_options(const settings::Store& settings);
[[nodiscard]] services::WebhookLimits webhook_limits(const settings::Webhooks& settings);
[[nodiscard]] unsigned io_threads(const settings::Server& settings);
// By default the cores that the I/O threads leave: more threads than cores only cost switches.
[[nodiscard]] unsigned runtime_threads(const settings::Settings& settings);
// Spans are lines of level info: a log that leaves those out needs none made.
[[nodiscard]] bool is_tracing(const settings::Settings& settings);
// A caller's trace goes on in its runs.
[[nodiscard]] std::vector<std::string> headers_for_runs(const settings::Settings& settings);
[[nodiscard]] server::ServerOptions server_options(const settings::Server& settings);

}  // namespace agenthost::app

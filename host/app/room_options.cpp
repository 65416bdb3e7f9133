#include "host/app/room_options.hpp"

#include <algorithm>
#include <thread>

namespace agenthost::app {
namespace {

unsigned cores() {
  return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace

isolation::KnownNames known_names(const settings::Settings& settings) {
  isolation::KnownNames names;
  for (const auto& [name, service] : settings.services) names.services.push_back(name);
  for (const auto& [name, model] : settings.llm.models) names.models.push_back(name);
  return names;
}

std::filesystem::path copies_folder(const settings::Storage& settings) {
  return settings.kind == "memory" ? std::filesystem::path() : settings.directory / "plugins";
}

std::filesystem::path met_plugins_file(const settings::Storage& settings) {
  return settings.kind == "memory" ? std::filesystem::path() : settings.directory / "met-plugins";
}

models::DefaultTtl thread_ttl(const settings::Threads& settings) {
  return {settings.ttl_minutes,
          models::ttl_strategy_from(settings.ttl_strategy).value_or(models::TtlStrategy::kDelete)};
}

services::SchedulerLimits scheduler_limits(const settings::Settings& all) {
  const auto& settings = all.runtime;
  services::SchedulerLimits limits;
  limits.thread_ttl = thread_ttl(all.threads);
  limits.run.node_timeout = settings.node_timeout_ms;
  limits.run.cancel_grace = settings.cancel_grace_ms;
  limits.run.max_state_bytes = settings.max_state_bytes;
  limits.recursion_limit = settings.recursion_limit;
  limits.run_timeout = settings.run_timeout_ms;
  limits.max_attempts = settings.max_attempts;
  limits.max_runs_in_flight = settings.max_runs_in_flight;
  limits.max_queued_per_thread = settings.max_queued_per_thread;
  limits.finished_runs = settings.finished_streams;
  limits.stored_streams = settings.stored_stream_ms;
  return limits;
}

services::StoreOptions store_options(const settings::Store& settings) {
  constexpr double kMicrosPerMinute = 60'000'000.0;
  services::StoreOptions options;
  if (settings.ttl_minutes > 0) options.ttl = static_cast<Micros>(settings.ttl_minutes * kMicrosPerMinute);
  if (!settings.refresh_ttl) options.refresh_ttl = models::RefreshTtl::kNo;
  return options;
}

services::WebhookLimits webhook_limits(const settings::Webhooks& settings) {
  services::WebhookLimits limits;
  limits.attempts = settings.attempts;
  limits.backoff = settings.backoff_ms;
  return limits;
}

unsigned io_threads(const settings::Server& settings) {
  return settings.io_threads != 0 ? settings.io_threads : std::max(1U, cores() / 2);
}

unsigned runtime_threads(const settings::Settings& settings) {
  if (settings.runtime.threads != 0) return settings.runtime.threads;
  return std::max(1U, cores() - std::min(cores(), io_threads(settings.server)));
}

bool is_tracing(const settings::Settings& settings) {
  return settings.trace.sink == "log" && (settings.log.level == "debug" || settings.log.level == "info");
}

std::vector<std::string> headers_for_runs(const settings::Settings& settings) {
  auto headers = settings.api.configurable_headers;
  if (is_tracing(settings)) headers.emplace_back("traceparent");
  return headers;
}

server::ServerOptions server_options(const settings::Server& settings) {
  server::ServerOptions options;
  options.host = settings.host;
  options.port = settings.port;
  options.io_threads = io_threads(settings);
  options.max_body_bytes = settings.max_body_bytes;
  options.max_stream_buffer_bytes = settings.max_stream_buffer_bytes;
  options.head_timeout = settings.head_timeout_ms;
  options.body_timeout = settings.body_timeout_ms;
  options.idle_timeout = settings.idle_timeout_ms;
  options.write_stall_timeout = settings.write_stall_timeout_ms;
  options.socket_ping = settings.socket_ping_ms;
  options.cors_origins = settings.cors_origins;
  return options;
}

}  // namespace agenthost::app

#include "host/app/application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include "agenthost/agent_plugin.h"
#include "host/app/data_folder.hpp"
#include "host/app/plugin_reload.hpp"
#include "host/app/room_options.hpp"
#include "host/app/store_door.hpp"
#include "host/app/subagent_door.hpp"
#include "host/app/version.hpp"
#include "host/app/webhook_bridge.hpp"
#include "host/base/executor.hpp"
#include "host/plugins/extensions/extensions.hpp"
#include "host/plugins/extensions/metrics_extension.hpp"
#include "host/plugins/extensions/trace_extension.hpp"
#include "host/plugins/first_contact.hpp"
#include "host/plugins/folder_watcher.hpp"
#include "host/plugins/isolation/processes.hpp"
#include "host/plugins/registry.hpp"
#include "host/routers/a2a_router.hpp"
#include "host/routers/admin_router.hpp"
#include "host/routers/assistants_router.hpp"
#include "host/routers/crons_router.hpp"
#include "host/routers/dispatcher.hpp"
#include "host/routers/heartbeat.hpp"
#include "host/routers/mcp_router.hpp"
#include "host/routers/openapi.hpp"
#include "host/routers/runs_router.hpp"
#include "host/routers/state_router.hpp"
#include "host/routers/store_router.hpp"
#include "host/routers/system_router.hpp"
#include "host/routers/thread_stream_router.hpp"
#include "host/routers/threads_router.hpp"
#include "host/server/http_server.hpp"
#include "host/server/pages.hpp"
#include "host/services/store_sweeper.hpp"
#include "host/services/thread_sweeper.hpp"
#include "host/storage/sqlite/sqlite_storage.hpp"
#include "host/telemetry/process_metrics.hpp"

namespace agenthost::app {
namespace {

using std::chrono::milliseconds;

Result<std::unique_ptr<storage::Storage>> open_storage(const settings::Storage& settings,
                                                       telemetry::Logger& logger) {
  storage::SqliteOptions options;
  options.readers = settings.readers;
  options.migrating = [&](const std::string& what) { logger.info("storage", what); };
  if (settings.kind == "sqlite") options.file = settings.directory / "agenthost.db";
  return storage::open_sqlite(options);
}

// A node that does not return must not keep every other agent waiting.
Reserve reserve_for_stuck_nodes(telemetry::Logger& logger) {
  Reserve reserve;
  reserve.added = [&logger](const std::string& activity) {
    logger.warn("runtime",
                (activity.empty() ? "a job" : activity) +
                    " does not return; a thread was added, so that the others go on. A node that computes or "
                    "waits for long is to be declared blocking, or its plugin to run in worker "
                    "processes (plugins.isolation)");
  };
  return reserve;
}

// What it has met another build may not survive.
std::string build_name() {
  return fmt::format("{}/abi-{}.{}", kVersion, AGENT_ABI_MAJOR, AGENT_ABI_MINOR);
}

server::StaticFiles load_pages(const settings::Server& settings, telemetry::Logger& logger) {
  auto files = server::StaticFiles::load(settings.web_directory);
  if (files) return std::move(*files);
  logger.warn("server", "no web pages: " + files.error().text);
  return {};
}

}  // namespace

// In the order of construction; destroyed in reverse. Pools come first because everything posts to them.
struct Application::Parts {
  Parts(const settings::Settings& chosen, telemetry::Logger& log)
      : settings(chosen),
        logger(log),
        runtime_pool("runtime", runtime_threads(chosen), reserve_for_stuck_nodes(log)),
        blocking_pool("blocking", chosen.runtime.blocking_threads),
        setup_pool("setup", 1),
        timers(runtime_pool),
        spans(log),
        webhook_client(chosen.webhooks, chosen.http.user_agent),
        webhook_bridge(webhook_client) {}

  [[nodiscard]] Status open();
  void open_services();
  void open_front();
  void add_metrics(telemetry::MetricPage& page) const;
  void watch_plugins();
  // False when a job has not returned.
  [[nodiscard]] bool stop_pools();

  const settings::Settings settings;
  telemetry::Logger& logger;
  ThreadPool runtime_pool;
  ElasticPool blocking_pool;
  ElasticPool setup_pool;  // opens plugins: that must not wait for nodes that block
  Timers timers;
  const std::shared_ptr<telemetry::PluginMetrics> plugin_metrics =
      std::make_shared<telemetry::PluginMetrics>();
  telemetry::LogSpanSink spans;
  std::unique_ptr<outbound::HttpClient> http;
  std::unique_ptr<outbound::LlmClient> llm;
  std::unique_ptr<outbound::McpClient> mcp;
  outbound::WebhookClient webhook_client;
  WebhookBridge webhook_bridge;
  std::optional<DataFolder> data_folder;
  std::unique_ptr<storage::Storage> storage;
  std::optional<services::StoreService> store;
  std::optional<StoreDoor> store_door;  // for plugins, as the next
  std::optional<SubagentDoor> subagent_door;
  std::unique_ptr<isolation::Processes> processes;
  std::optional<plugins::FirstContact> first_contact;
  std::unique_ptr<plugins::PluginRegistry> graphs;
  std::optional<services::WebhookService> webhooks;
  std::optional<services::RunScheduler> scheduler;
  std::optional<services::ThreadTapes> tapes;
  std::optional<services::AssistantService> assistants;
  std::optional<PluginReload> plugin_reload;
  std::optional<services::ThreadService> threads;
  std::optional<services::StateService> states;
  std::optional<services::RunService> runs;
  std::optional<services::StoreSweeper> sweeper;
  std::optional<services::ThreadSweeper> thread_sweeper;
  std::optional<services::SystemAlarmClock> cron_clock;
  std::optional<services::CronScheduler> cron_scheduler;
  std::optional<services::CronService> crons;
  std::optional<routers::Heartbeat> heartbeat;
  routers::RouteTable routes;
  std::optional<routers::RequestMeters> request_meters;
  std::optional<routers::Dispatcher> dispatcher;
  std::optional<server::Pages> pages;
  std::optional<server::HttpServer> server;
  std::optional<plugins::FolderWatcher> watcher;
  bool stopped = false;
};

Status Application::Parts::open() {
  auto opened_http = outbound::HttpClient::open(settings.http, settings.services);
  if (!opened_http) return fail(opened_http.error());
  http = std::move(*opened_http);
  auto opened_llm = outbound::LlmClient::open(*http, runtime_pool, settings.llm);
  if (!opened_llm) return fail(opened_llm.error());
  llm = std::move(*opened_llm);
  for (const auto& warning : llm->warnings()) logger.warn("llm", warning);
  auto opened_mcp = outbound::McpClient::open(*http, runtime_pool, settings.tools.servers);
  if (!opened_mcp) return fail(opened_mcp.error());
  mcp = std::move(*opened_mcp);
  if (settings.storage.kind == "sqlite") {
    auto folder = DataFolder::open(settings.storage.directory);
    if (!folder) return fail(folder.error());
    data_folder.emplace(std::move(*folder));
  }
  auto opened_storage = open_storage(settings.storage, logger);
  if (!opened_storage) return fail(opened_storage.error());
  storage = std::move(*opened_storage);
  store.emplace(*storage, store_options(settings.store));
  store_door.emplace(*store, storage->readers());
  subagent_door.emplace(storage->readers());
  auto opened_processes = isolation::Processes::open(timers, settings.plugins.process, known_names(settings));
  if (!opened_processes) return fail(opened_processes.error());
  processes = std::move(*opened_processes);
  if (settings.plugins.first_contact == "child")
    first_contact.emplace(*processes, met_plugins_file(settings.storage), build_name());
  graphs = std::make_unique<plugins::PluginRegistry>(
      settings.plugins,
      plugins::HostServices{
          logger,
          {runtime_pool, blocking_pool},
          {extensions::make_timer_extension(timers),
           extensions::make_http_extension(*http, settings.plugins.services),
           extensions::make_llm_extension(*llm), extensions::make_metrics_extension(plugin_metrics, nullptr),
           extensions::make_trace_extension(spans),
           extensions::make_store_extension(*store_door, settings.runtime.max_state_bytes),
           extensions::make_subagent_extension(*subagent_door, settings.runtime.max_state_bytes),
           extensions::make_tools_extension(*mcp, settings.plugins.tools, settings.runtime.max_state_bytes)},
          settings.runtime.max_state_bytes,
          processes.get(),
          first_contact ? &*first_contact : nullptr},
      copies_folder(settings.storage));
  if (auto scanned = graphs->scan(settings.plugins.directory); !scanned) return scanned;
  open_services();
  open_front();
  return {};
}

void Application::Parts::open_services() {
  webhooks.emplace(*storage, timers, logger, webhook_bridge, webhook_limits(settings.webhooks));
  scheduler.emplace(*storage, runtime_pool, timers, logger, scheduler_limits(settings), &*webhooks);
  tapes.emplace(
      *scheduler, timers,
      services::TapeLimits{settings.runtime.stream_bytes, settings.runtime.thread_stream_retention_ms});
  scheduler->observe(*tapes);
  if (is_tracing(settings)) scheduler->trace_to(spans);
  assistants.emplace(*storage, *graphs);
  plugin_reload.emplace(*graphs, *assistants, setup_pool, logger);
  threads.emplace(*storage, *scheduler, thread_ttl(settings.threads));
  states.emplace(*storage, *scheduler, *graphs, settings.runtime.max_state_bytes);
  runs.emplace(*storage, *scheduler, *assistants, logger,
               services::StreamLimits{settings.runtime.stream_events, settings.runtime.stream_bytes},
               settings.runtime.max_attempts, &*webhooks);
  subagent_door->connect(*runs);
  sweeper.emplace(*storage, timers, logger, settings.store.sweep_interval_ms);
  thread_sweeper.emplace(*storage, *threads, timers, logger, settings.threads.sweep_interval_ms);
  cron_clock.emplace(timers);
  cron_scheduler.emplace(*storage, *runs, *cron_clock, logger);
  crons.emplace(*storage, *assistants, *runs, *cron_scheduler);
}

void Application::Parts::open_front() {
  heartbeat.emplace(timers, settings.api.heartbeat_ms);
  routers::add_assistant_routes(routes, *assistants, *threads);
  routers::add_thread_routes(routes, *threads, *states);
  routers::add_state_routes(routes, *states);
  routers::add_thread_stream_routes(
      routes, {{*runs, *threads, *assistants, *tapes}, *heartbeat, storage->readers(), timers});
  const routers::RunRouting run_routing{
      *runs, *heartbeat, storage->readers(),
      settings.api.wait_envelope == "run" ? routers::WaitEnvelope::kRun : routers::WaitEnvelope::kNone,
      headers_for_runs(settings)};
  routers::add_run_routes(routes, run_routing);
  if (settings.api.mcp) routers::add_mcp_routes(routes, {*assistants, run_routing}, std::string(kVersion));
  if (settings.api.a2a) routers::add_a2a_routes(routes, {*assistants, *threads, run_routing});
  routers::add_cron_routes(routes, *crons);
  routers::add_store_routes(routes, *store);
  if (settings.api.admin) {
    routers::add_admin_routes(routes, {[this](routers::AdminRouting::Reloaded done) {
                                plugin_reload->start(plugins::Retry::kFailedToo, std::move(done));
                              }});
  }
  routers::add_system_routes(routes, {*storage, *graphs, std::string(kVersion),
                                      [this](telemetry::MetricPage& page) { add_metrics(page); }});
  request_meters.emplace(routes);
  dispatcher.emplace(routes, *request_meters, storage->readers(), logger);
  pages.emplace(load_pages(settings.server, logger), *dispatcher);
  server.emplace(server_options(settings.server), *pages, logger);
}

void Application::Parts::add_metrics(telemetry::MetricPage& page) const {
  page.family("agenthost_build_info", telemetry::MetricPage::Kind::kGauge, "Always 1; the labels tell.");
  page.sample({{"version", std::string(kVersion)}}, std::uint64_t{1});
  server->counters().add_to(page);
  request_meters->add_to(page);
  scheduler->add_metrics(page);
  storage->add_metrics(page);
  http->add_metrics(page);
  llm->add_metrics(page);
  plugin_metrics->add_to(page);
  telemetry::add_process_metrics(page);
}

void Application::Parts::watch_plugins() {
  if (!settings.plugins.watch) return;
  const auto look = [this] { plugin_reload->start(plugins::Retry::kChangedOnly, [](const auto&) {}); };
  watcher.emplace(settings.plugins.directory, settings.plugins.settle_ms, look, logger);
}

Application::Application(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Application::~Application() {
  static_cast<void>(stop());
}

Result<std::unique_ptr<Application>> Application::open(const settings::Settings& settings,
                                                       telemetry::Logger& logger) {
  auto application = std::unique_ptr<Application>(new Application(std::make_unique<Parts>(settings, logger)));
  if (auto opened = application->parts_->open(); !opened) return fail(opened.error());
  return application;
}

Result<std::uint16_t> Application::start() {
  std::promise<Status> installed;
  parts_->assistants->install_system_assistants(
      [&](Status status) { installed.set_value(std::move(status)); });
  if (const auto status = installed.get_future().get(); !status) return fail(status.error());
  if (const auto recovered = parts_->runs->recover(); !recovered) return fail(recovered.error());
  parts_->sweeper->start();
  parts_->thread_sweeper->start();
  auto port = parts_->server->start();
  if (!port) return port;
  parts_->webhook_client.set_home(own_origin(parts_->settings.server, *port));
  if (const auto started = parts_->webhooks->start(); !started) return fail(started.error());
  // Last: a run of a cron may have a webhook of this server.
  parts_->cron_scheduler->look_soon();
  parts_->watch_plugins();
  return port;
}

std::vector<models::PluginReport> Application::plugins() const {
  return parts_->graphs->reports();
}

std::vector<std::string> Application::doubts() const {
  return parts_->graphs->doubts();
}

std::string Application::openapi() const {
  return routers::openapi_json(parts_->routes, kVersion);
}

bool Application::stop() {
  if (!parts_ || std::exchange(parts_->stopped, true)) return true;
  auto& parts = *parts_;
  const auto grace = parts.settings.server.shutdown_grace_ms;
  if (parts.watcher) parts.watcher->stop();
  if (parts.cron_scheduler) parts.cron_scheduler->stop();
  if (parts.scheduler) parts.scheduler->stop();
  if (parts.sweeper) parts.sweeper->stop();
  if (parts.thread_sweeper) parts.thread_sweeper->stop();
  if (parts.server) parts.server->stop(milliseconds(0));
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while (parts.scheduler && parts.scheduler->in_flight() > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  if (parts.http) parts.http->stop();
  parts.webhook_client.stop();
  if (parts.storage) parts.storage->close();  // after the scheduler, which writes under its own lock
  const bool returned = parts.stop_pools();
  if (parts.graphs) parts.graphs->stop();
  return returned;
}

// Plugins' code runs on all of them. It was told to stop at the latest when the grace began.
bool Application::Parts::stop_pools() {
  constexpr std::chrono::seconds kLastWait{2};
  const auto deadline = std::chrono::steady_clock::now() + kLastWait;
  bool returned = setup_pool.stop_by(deadline);
  returned = blocking_pool.stop_by(deadline) && returned;
  timers.stop();  // who opens a worker process waits for its word or for a timer
  return runtime_pool.stop_by(deadline) && returned;
}

}  // namespace agenthost::app

// Front: what all workers of one server share. Its parts are immutable or thread-safe, except the listener,
// which only the first worker touches once the server runs.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "host/routers/http.hpp"
#include "host/server/cors.hpp"
#include "host/server/counters.hpp"
#include "host/server/inbox.hpp"
#include "host/server/listener.hpp"
#include "host/server/server_options.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::server {

// One worker as the others see it. Shared because: exchanges hold the inbox longer than the server lives.
struct WorkerEntry {
  std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>();
  std::atomic<std::size_t> connections{0};
};

struct Front {
  Front(ServerOptions given, routers::RequestHandler& handles, telemetry::Logger& logs)
      : options(std::move(given)), cors(options.cors_origins), handler(handles), logger(logs) {}

  const ServerOptions options;
  const Cors cors;
  routers::RequestHandler& handler;
  telemetry::Logger& logger;
  Counters counters;

  // Complete before the first thread starts.
  std::vector<std::unique_ptr<WorkerEntry>> workers;
  std::unique_ptr<Listener> listener;

  // Told when the last connection goes.
  std::mutex mutex;
  std::condition_variable all_gone;
};

}  // namespace agenthost::server

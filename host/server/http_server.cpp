#include "host/server/http_server.hpp"

#include <pistache/reactor.h>

#include <algorithm>
#include <exception>
#include <latch>
#include <utility>

#include "host/server/front.hpp"
#include "host/server/worker.hpp"

namespace agenthost::server {

struct HttpServer::Impl {
  Impl(ServerOptions options, routers::RequestHandler& handler, telemetry::Logger& logger)
      : front(std::move(options), handler, logger) {}

  // Runs task on every worker and waits until all have.
  template <class Task>
  void on_all_workers(Task task);
  void wait_until_empty(std::chrono::milliseconds limit);

  Front front;
  std::unique_ptr<Pistache::Aio::Reactor> reactor;  // after front: its threads use it
};

template <class Task>
void HttpServer::Impl::on_all_workers(Task task) {
  std::latch done(static_cast<std::ptrdiff_t>(front.workers.size()));
  for (auto& worker : front.workers) {
    worker->inbox->post([&](Worker& here) {
      task(here);
      done.count_down();
    });
  }
  done.wait();
}

void HttpServer::Impl::wait_until_empty(std::chrono::milliseconds limit) {
  std::unique_lock lock(front.mutex);
  front.all_gone.wait_for(lock, limit, [&] { return front.counters.connections_open == 0; });
}

HttpServer::HttpServer(ServerOptions options, routers::RequestHandler& handler, telemetry::Logger& logger)
    : impl_(std::make_unique<Impl>(std::move(options), handler, logger)) {}

HttpServer::~HttpServer() {
  stop(std::chrono::milliseconds(0));
}

Result<std::uint16_t> HttpServer::start() {
  const std::lock_guard lock(mutex_);
  auto& front = impl_->front;
  AGENTHOST_CHECK(!front.listener, "HttpServer::start was called twice");
  auto listener = Listener::open(front.options.host, front.options.port);
  if (!listener) return fail(listener.error());
  const auto port = listener->port();
  front.listener = std::make_unique<Listener>(std::move(*listener));
  try {
    auto reactor = std::make_unique<Pistache::Aio::Reactor>();
    reactor->init(Pistache::Aio::AsyncContext(std::max(1U, front.options.io_threads), "http"));
    reactor->addHandler(std::make_shared<Worker>(front));
    reactor->run();
    impl_->reactor = std::move(reactor);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kUnavailable, std::string("cannot start the I/O threads: ") + error.what() +
                                             "; check the limits of open files and processes (ulimit -n -u)");
  }
  return port;
}

void HttpServer::stop(std::chrono::milliseconds grace) {
  const std::lock_guard lock(mutex_);
  if (!impl_->reactor) return;
  impl_->on_all_workers([](Worker& worker) { worker.begin_drain(); });
  impl_->wait_until_empty(grace);
  impl_->on_all_workers([](Worker& worker) { worker.drop_all(); });
  for (auto& worker : impl_->front.workers) worker->inbox->close();
  impl_->reactor->shutdown();
  impl_->reactor.reset();
}

const Counters& HttpServer::counters() const {
  return impl_->front.counters;
}

}  // namespace agenthost::server

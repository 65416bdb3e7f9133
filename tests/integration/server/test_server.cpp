#include "tests/integration/server/test_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

namespace agenthost::server::testing {
namespace {

constexpr std::chrono::seconds kPatience{10};

routers::Response text(std::string body) {
  return {200, "text/plain", std::move(body), {}};
}

class EchoSocket final : public routers::SocketUser {
 public:
  explicit EchoSocket(std::function<void()> closed) : closed_(std::move(closed)) {}

  void on_open(routers::SocketPtr socket) override { socket_ = std::move(socket); }
  void on_message(std::string message) override {
    if (message == "close") return socket_->close(4'000, "as you wish");
    if (message == "throw") throw std::runtime_error("thrown on purpose");
    const auto answer = std::make_shared<const std::string>(std::move(message));
    const int times = *answer == "flood" ? 1'000 : 1;
    const auto padded = times == 1 ? answer : std::make_shared<const std::string>(64U << 10U, 'x');
    for (int i = 0; i < times; ++i) socket_->send(padded);
  }
  void on_close() override { closed_(); }

 private:
  const std::function<void()> closed_;
  routers::SocketPtr socket_;
};

}  // namespace

void TestHandler::handle(routers::Request request, routers::ExchangePtr exchange) {
  if (request.path == "/sse") return open_stream(exchange);
  if (request.path == "/later") {
    watch(*exchange, 0);
    return keep(std::move(exchange));
  }
  if (request.path == "/ws") {
    return exchange->upgrade(std::make_shared<EchoSocket>([this] {
      const std::lock_guard lock(mutex_);
      ++disconnects_;
      changed_.notify_all();
    }));
  }
  if (request.path == "/drop") return;
  if (request.path == "/throw") throw std::runtime_error("thrown on purpose");
  if (request.path == "/echo") return exchange->respond(text(std::move(request.body)));
  if (request.path == "/big") return exchange->respond(text(std::string(std::stoul(request.query), 'x')));
  exchange->respond(text(std::string(routers::to_string(request.method)) + " " + request.path + " " +
                         std::to_string(request.body.size())));
}

void TestHandler::watch(routers::Exchange& exchange, std::size_t number) {
  exchange.on_disconnect([this, number] {
    const std::lock_guard lock(mutex_);
    ++disconnects_;
    streams_.erase(std::remove_if(streams_.begin(), streams_.end(),
                                  [&](const auto& stream) { return stream.first == number; }),
                   streams_.end());
    changed_.notify_all();
  });
}

void TestHandler::keep(routers::ExchangePtr exchange) {
  const std::lock_guard lock(mutex_);
  pending_.push_back(std::move(exchange));
  changed_.notify_all();
}

void TestHandler::open_stream(const routers::ExchangePtr& exchange) {
  std::size_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = next_stream_++;
    streams_.emplace_back(number, exchange);
  }
  watch(*exchange, number);
  exchange->start_stream(200, "text/event-stream", {{"X-Stream", std::to_string(number)}});
  keep(exchange);
}

routers::ExchangePtr TestHandler::take_pending() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, kPatience, [&] { return !pending_.empty(); })) return nullptr;
  auto taken = pending_.front();
  pending_.erase(pending_.begin());
  return taken;
}

bool TestHandler::wait_for_disconnects(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return disconnects_ >= count; });
}

std::size_t TestHandler::disconnects() const {
  const std::lock_guard lock(mutex_);
  return disconnects_;
}

void TestHandler::broadcast(const std::string& message) {
  std::vector<std::pair<std::size_t, routers::ExchangePtr>> now;
  {
    const std::lock_guard lock(mutex_);
    now = streams_;
  }
  for (const auto& [number, exchange] : now) {
    exchange->write(
        std::make_shared<const std::string>("data: " + std::to_string(number) + " " + message + "\n\n"));
  }
}

std::size_t TestHandler::streams() const {
  const std::lock_guard lock(mutex_);
  return streams_.size();
}

TestServer::TestServer(ServerOptions options) : http(std::move(options), handler, logger) {
  const auto started = http.start();
  if (started) {
    port = *started;
  } else {
    ADD_FAILURE() << started.error().text;
  }
}

}  // namespace agenthost::server::testing

#include "host/server/http_exchange.hpp"

#include <utility>

#include "host/routers/request_meters.hpp"
#include "host/server/connection.hpp"
#include "host/server/worker.hpp"

namespace agenthost::server {

HttpExchange::HttpExchange(std::shared_ptr<Inbox> inbox, RequestAddress address,
                           std::chrono::steady_clock::time_point complete_since)
    : inbox_(std::move(inbox)), address_(address), complete_since_(complete_since) {}

// Nobody can answer any more: say so, or break off the stream so that the client does not take it for
// complete.
HttpExchange::~HttpExchange() {
  if (stage_ == Stage::kDone || gone_) return;
  if (stage_ == Stage::kOpen) measure(500);
  const auto abandon = [address = address_](Worker& worker) {
    if (auto* connection = worker.find(address)) connection->abandon();
  };
  if (auto* worker = inbox_->worker_if_here()) {
    abandon(*worker);
  } else {
    inbox_->post(abandon);
  }
}

bool HttpExchange::advance(Stage from, Stage to) {
  return stage_.compare_exchange_strong(from, to);
}

void HttpExchange::measure(int status) const {
  if (meter_ != nullptr) meter_->answered(status, std::chrono::steady_clock::now() - complete_since_);
}

Connection* HttpExchange::find_in(Worker& worker) const {
  return worker.find(address_);
}

// On the worker's own thread an action takes effect at once, unless an earlier one is still in the inbox.
template <class Action>
void HttpExchange::perform(Action action) {
  if (gone_) return;
  if (auto* worker = inbox_->worker_if_here(); worker && posted_ == 0) {
    if (auto* connection = find_in(*worker)) action(*connection);
    return;
  }
  ++posted_;
  inbox_->post([self = shared_from_this(), action = std::move(action)](Worker& worker) mutable {
    if (auto* connection = self->find_in(worker)) action(*connection);
    --self->posted_;
  });
}

void HttpExchange::respond(routers::Response response) {
  if (!advance(Stage::kOpen, Stage::kDone)) return;
  measure(response.status);
  perform([response = std::move(response)](Connection& connection) mutable {
    connection.respond(std::move(response));
  });
}

void HttpExchange::start_stream(int status, std::string_view content_type, routers::Headers headers) {
  if (!advance(Stage::kOpen, Stage::kStreaming)) return;
  measure(status);
  perform([status, type = std::string(content_type), headers = std::move(headers)](Connection& connection) {
    connection.start_stream(status, type, headers);
  });
}

void HttpExchange::write(std::shared_ptr<const std::string> piece) {
  if (stage_ != Stage::kStreaming || !piece || piece->empty()) return;
  perform([piece = std::move(piece)](Connection& connection) mutable { connection.write(std::move(piece)); });
}

void HttpExchange::end_stream() {
  if (!advance(Stage::kStreaming, Stage::kDone)) return;
  perform([](Connection& connection) { connection.end_stream(); });
}

void HttpExchange::upgrade(std::shared_ptr<routers::SocketUser> user) {
  if (!advance(Stage::kOpen, Stage::kDone)) return;
  measure(101);
  perform([user = std::move(user)](Connection& connection) mutable { connection.upgrade(std::move(user)); });
}

void HttpExchange::on_disconnect(std::function<void()> gone) {
  {
    const std::lock_guard lock(mutex_);
    if (!gone_) {
      on_gone_ = std::move(gone);
      return;
    }
  }
  gone();
}

void HttpExchange::client_gone() {
  std::function<void()> tell;
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    tell.swap(on_gone_);
  }
  if (tell) tell();
}

void HttpExchange::answered() {
  std::function<void()> dropped;  // it may hold the exchange itself: let go of it outside the lock
  const std::lock_guard lock(mutex_);
  dropped.swap(on_gone_);
}

bool HttpExchange::is_watched() {
  const std::lock_guard lock(mutex_);
  return static_cast<bool>(on_gone_);
}

}  // namespace agenthost::server

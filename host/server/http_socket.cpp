#include "host/server/http_socket.hpp"

#include <utility>

#include "host/server/connection.hpp"
#include "host/server/worker.hpp"

namespace agenthost::server {

HttpSocket::HttpSocket(std::shared_ptr<Inbox> inbox, RequestAddress address)
    : inbox_(std::move(inbox)), address_(address) {}

// Always through the inbox, from the worker's own thread too: so everything said keeps its order.
void HttpSocket::send(std::shared_ptr<const std::string> text) {
  inbox_->post([address = address_, text = std::move(text)](Worker& worker) {
    if (auto* connection = worker.find(address)) connection->send_text(*text);
  });
}

void HttpSocket::close(std::uint16_t code, std::string_view reason) {
  inbox_->post([address = address_, code, reason = std::string(reason)](Worker& worker) {
    if (auto* connection = worker.find(address)) connection->close_socket(code, reason);
  });
}

}  // namespace agenthost::server

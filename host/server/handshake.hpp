// The opening handshake of a WebSocket (RFC 6455, section 4.2): is it one, and may it be one? Thread-safe
// functions.
#pragma once

#include <string>
#include <variant>

#include "host/routers/http.hpp"
#include "host/server/cors.hpp"

namespace agenthost::server {

// Upgrade: websocket
[[nodiscard]] bool asks_for_socket(const routers::Request& request);

// The value of Sec-WebSocket-Accept, or the refusal: 400, 426 for another version of the protocol, 403 for a
// web page that may not call this server. Browsers do not check the latter for sockets, so the server must.
[[nodiscard]] std::variant<std::string, routers::Response> judge_handshake(const routers::Request& request,
                                                                           int http_minor, const Cors& cors);

// The head of the answer that opens the socket.
[[nodiscard]] std::string switching_head(const std::string& accept);

}  // namespace agenthost::server

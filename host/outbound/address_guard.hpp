// Which addresses lie in the open network. Asked of what a name was resolved to, at the moment of connecting,
// so that no name server can lead a request inside. Pure functions; thread-safe.
#pragma once

#include <sys/socket.h>

#include <string>

namespace agenthost::outbound {

// False for loopback, private, link-local, multicast, reserved and documentation ranges, for such an address
// wrapped in an IPv6 one, and for anything that is neither IPv4 nor IPv6.
[[nodiscard]] bool is_public_address(const sockaddr& address);

// The same for a host that is an address ("10.0.0.1", "[::1]"); true for a name, which is not resolved.
[[nodiscard]] bool is_public_host(const std::string& host);

}  // namespace agenthost::outbound

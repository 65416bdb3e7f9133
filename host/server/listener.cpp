#include "host/server/listener.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

namespace agenthost::server {
namespace {

// Long enough that a burst of thousands of clients is not answered with SYN retransmissions.
constexpr int kBacklog = 4096;

std::string_view remedy_for(int error) {
  switch (error) {
    case EADDRINUSE:
      return "stop the other server or choose another port (0 = any free one)";
    case EACCES:
      return "choose a port above 1023 or grant CAP_NET_BIND_SERVICE";
    case EADDRNOTAVAIL:
      return "the address belongs to no network interface here; try 127.0.0.1 or 0.0.0.0";
    default:
      return "check host and port";
  }
}

ErrorCode code_for(int error) {
  switch (error) {
    case EADDRINUSE:
      return ErrorCode::kAlreadyExists;
    case EACCES:
      return ErrorCode::kDenied;
    default:
      return ErrorCode::kUnavailable;
  }
}

std::uint16_t port_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// A socket that listens on `address`, or an empty one with errno set.
FileDescriptor listen_on(const addrinfo& address) {
  FileDescriptor socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      // Accepted sockets inherit it: small answers leave at once.
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
      ::bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    const int error = errno;
    socket.reset();
    errno = error;
  }
  return socket;
}

}  // namespace

Result<Listener> Listener::open(const std::string& host, std::uint16_t port) {
  const std::string service = std::to_string(port);
  const std::string where = "cannot listen on " + host + ":" + service + ": ";
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), service.c_str(), &hints, &found); error != 0) {
    return fail(ErrorCode::kInvalid,
                where + ::gai_strerror(error) + "; host must be an address or a name of this machine");
  }
  const Addresses addresses(found, &::freeaddrinfo);
  auto socket = listen_on(*addresses);
  if (!socket) {
    const int error = errno;
    return fail(code_for(error),
                where + std::system_category().message(error) + "; " + std::string(remedy_for(error)));
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size);
  return Listener(std::move(socket), port_of(bound));
}

AcceptOutcome Listener::accept(Accepted& into) const {
  for (;;) {
    socklen_t size = sizeof into.address;
    const int fd = ::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&into.address), &size,
                             SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      into.socket = FileDescriptor(fd);
      return AcceptOutcome::kAccepted;
    }
    switch (errno) {
      case EAGAIN:
        return AcceptOutcome::kNothingWaiting;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return AcceptOutcome::kOutOfDescriptors;
      case EINTR:
      case ECONNABORTED:
        continue;
      default:
        return AcceptOutcome::kNothingWaiting;
    }
  }
}

std::string to_text(const sockaddr_storage& address) {
  std::array<char, NI_MAXHOST> host{};
  const socklen_t size = address.ss_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host.data(), host.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
    return "unknown";
  }
  const std::string port = ":" + std::to_string(port_of(address));
  if (address.ss_family == AF_INET6) return "[" + std::string(host.data()) + "]" + port;
  return host.data() + port;
}

}  // namespace agenthost::server

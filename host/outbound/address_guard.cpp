#include "host/outbound/address_guard.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace agenthost::outbound {
namespace {

struct Range4 {
  std::uint32_t network;
  unsigned bits;
};

constexpr std::uint32_t ip4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

// IANA's special-purpose registry: what is not reachable from everywhere.
constexpr std::array<Range4, 15> kClosed4{{{ip4(0, 0, 0, 0), 8},
                                           {ip4(10, 0, 0, 0), 8},
                                           {ip4(100, 64, 0, 0), 10},
                                           {ip4(127, 0, 0, 0), 8},
                                           {ip4(169, 254, 0, 0), 16},
                                           {ip4(172, 16, 0, 0), 12},
                                           {ip4(192, 0, 0, 0), 24},
                                           {ip4(192, 0, 2, 0), 24},
                                           {ip4(192, 88, 99, 0), 24},
                                           {ip4(192, 168, 0, 0), 16},
                                           {ip4(198, 18, 0, 0), 15},
                                           {ip4(198, 51, 100, 0), 24},
                                           {ip4(203, 0, 113, 0), 24},
                                           {ip4(224, 0, 0, 0), 4},
                                           {ip4(240, 0, 0, 0), 4}}};

bool is_public(std::uint32_t address) {
  return std::none_of(kClosed4.begin(), kClosed4.end(), [&](const Range4& range) {
    return (address >> (32U - range.bits)) == (range.network >> (32U - range.bits));
  });
}

using Bytes6 = std::array<std::uint8_t, 16>;

bool starts_with(const Bytes6& address, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), address.begin());
}

std::uint32_t embedded(const Bytes6& address, std::size_t at) {
  return ip4(address[at], address[at + 1], address[at + 2], address[at + 3]);
}

bool is_public(const Bytes6& address) {
  const bool mapped = starts_with(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff});
  const bool translated = starts_with(address, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0});
  if (mapped || translated) return is_public(embedded(address, 12));
  if (starts_with(address, {0x20, 0x02})) return is_public(embedded(address, 2));  // 6to4
  if (starts_with(address, {0x20, 0x01, 0x0d, 0xb8})) return false;                // documentation
  if (starts_with(address, {0x20, 0x01}) && address[2] < 2) return false;          // Teredo and the like
  return (address[0] & 0xe0U) == 0x20;  // 2000::/3 is all that is given out for the open network
}

}  // namespace

bool is_public_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof(in));
    return is_public(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 in{};
  std::memcpy(&in, &address, sizeof(in));
  Bytes6 bytes{};
  std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
  return is_public(bytes);
}

bool is_public_host(const std::string& host) {
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return is_public(ntohl(four.s_addr));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  auto plain = bracketed ? host.substr(1, host.size() - 2) : host;
  plain = plain.substr(0, plain.find('%'));  // a zone
  in6_addr six{};
  if (inet_pton(AF_INET6, plain.c_str(), &six) != 1) return true;
  Bytes6 bytes{};
  std::memcpy(bytes.data(), &six, bytes.size());
  return is_public(bytes);
}

}  // namespace agenthost::outbound

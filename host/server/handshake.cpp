#include "host/server/handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "host/server/response_writer.hpp"

namespace agenthost::server {
namespace {

constexpr std::string_view kVersion = "13";
// What the protocol has every server append to the client's key.
constexpr std::string_view kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
// 16 bytes in base64
constexpr std::size_t kKeyLength = 24;
constexpr std::size_t kSha1Bytes = 20;

bool lists(const std::string* header, std::string_view wanted) {
  if (header == nullptr) return false;
  std::string_view rest = *header;
  while (!rest.empty()) {
    auto item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; };
    if (item.size() == wanted.size() && std::equal(item.begin(), item.end(), wanted.begin(), same))
      return true;
  }
  return false;
}

bool is_key(std::string_view key) {
  const auto base64 = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
  };
  return key.size() == kKeyLength && key.substr(kKeyLength - 2) == "==" &&
         std::all_of(key.begin(), key.end() - 2, base64);
}

// A page of this very server.
bool is_own(std::string_view origin, const routers::Request& request) {
  const auto* host = request.header("host");
  const auto scheme = origin.find("://");
  return host != nullptr && scheme != std::string_view::npos && origin.substr(scheme + 3) == *host;
}

std::size_t count(const routers::Request& request, std::string_view name) {
  return static_cast<std::size_t>(std::count_if(request.headers.begin(), request.headers.end(),
                                                [&](const auto& header) { return header.first == name; }));
}

std::string accept_for(const std::string& key) {
  const std::string text = key + std::string(kMagic);
  std::array<unsigned char, kSha1Bytes> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 4 * ((kSha1Bytes + 2) / 3) + 1> encoded{};
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return {encoded.begin(), encoded.begin() + length};
}

}  // namespace

bool asks_for_socket(const routers::Request& request) {
  return lists(request.header("upgrade"), "websocket");
}

std::variant<std::string, routers::Response> judge_handshake(const routers::Request& request, int http_minor,
                                                             const Cors& cors) {
  if (request.method != routers::Method::kGet || http_minor == 0 ||
      !lists(request.header("connection"), "upgrade") || !request.body.empty()) {
    return error_response(400, "a WebSocket begins with GET, HTTP/1.1 and Connection: Upgrade");
  }
  const auto* version = request.header("sec-websocket-version");
  if (version == nullptr || *version != kVersion) {
    auto refusal = error_response(426, "the WebSocket protocol is spoken in version 13 here");
    refusal.headers.emplace_back("Sec-WebSocket-Version", kVersion);
    return refusal;
  }
  const auto* key = request.header("sec-websocket-key");
  if (key == nullptr || count(request, "sec-websocket-key") != 1 || !is_key(*key)) {
    return error_response(400, "Sec-WebSocket-Key must be 16 bytes in base64, once");
  }
  const auto* origin = request.header("origin");
  if (origin != nullptr && !cors.allows(*origin) && !is_own(*origin, request)) {
    return error_response(403, "pages of this origin may not call this server (server.cors_origins)");
  }
  return accept_for(*key);
}

std::string switching_head(const std::string& accept) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         accept + "\r\n\r\n";
}

}  // namespace agenthost::server

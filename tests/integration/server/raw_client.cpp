#include "tests/integration/server/raw_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <utility>

namespace agenthost::server::testing {

RawClient::RawClient(std::uint16_t port, int receive_buffer)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0) return;
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) close();
}

RawClient::~RawClient() {
  close();
}

RawClient::RawClient(RawClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), ended_(other.ended_), buffer_(std::move(other.buffer_)) {}

void RawClient::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawClient::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void RawClient::half_close() const {
  ::shutdown(fd_, SHUT_WR);
}

bool RawClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t RawClient::send_what_fits(std::string_view bytes) const {
  std::size_t total = 0;
  while (total < bytes.size()) {
    pollfd ready{fd_, POLLOUT, 0};
    if (::poll(&ready, 1, 300) <= 0) break;
    const auto sent = ::send(fd_, bytes.data() + total, bytes.size() - total, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) break;
    if (sent > 0) total += static_cast<std::size_t>(sent);
  }
  return total;
}

bool RawClient::read_some(milliseconds patience) {
  if (ended_ || fd_ < 0) return false;
  pollfd ready{fd_, POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return false;
  std::array<char, 65536> bytes;
  const auto count = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (count <= 0) {
    ended_ = true;
    return false;
  }
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return true;
}

bool RawClient::read_until(std::string_view text, milliseconds patience) {
  while (buffer_.find(text) == std::string::npos) {
    if (!read_some(patience)) return false;
  }
  return true;
}

bool RawClient::fill(std::size_t bytes, milliseconds patience) {
  while (buffer_.size() < bytes) {
    if (!read_some(patience)) return false;
  }
  return true;
}

bool RawClient::read_chunks(std::string& body, milliseconds patience) {
  for (;;) {
    if (!read_until("\r\n", patience)) return false;
    const auto line_end = buffer_.find("\r\n");
    std::size_t size = 0;
    std::from_chars(buffer_.data(), buffer_.data() + line_end, size, 16);
    if (!fill(line_end + 2 + size + 2, patience)) return false;
    body.append(buffer_, line_end + 2, size);
    buffer_.erase(0, line_end + 2 + size + 2);
    if (size == 0) return true;
  }
}

std::optional<Answer> RawClient::read_answer(Expect expect, milliseconds patience) {
  if (!read_until("\r\n\r\n", patience)) return std::nullopt;
  Answer answer;
  const auto head = buffer_.substr(0, buffer_.find("\r\n\r\n") + 2);
  buffer_.erase(0, head.size() + 2);
  if (head.rfind("HTTP/1.1 ", 0) != 0) return std::nullopt;
  std::from_chars(head.data() + 9, head.data() + 12, answer.status);
  for (auto at = head.find("\r\n") + 2; at < head.size();) {
    const auto end = head.find("\r\n", at);
    const auto colon = head.find(": ", at);
    auto name = head.substr(at, colon - at);
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    answer.headers[name] = head.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  if (expect == Expect::kHeadOnly || answer.status < 200 || answer.status == 204 || answer.status == 304) {
    answer.complete = true;
  } else if (answer.header("transfer-encoding") == "chunked") {
    answer.complete = read_chunks(answer.body, patience);
  } else if (answer.headers.count("content-length") > 0) {
    const auto size = std::stoul(answer.header("content-length"));
    answer.complete = fill(size, patience);
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, answer.body.size());
  } else {
    while (read_some(patience)) {
    }
    answer.complete = ended_;
    answer.body = std::exchange(buffer_, {});
  }
  return answer;
}

bool RawClient::wait_for_close(milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!ended_ && std::chrono::steady_clock::now() < deadline) {
    read_some(milliseconds(50));
    buffer_.clear();
  }
  return ended_;
}

std::string get(std::string_view target, std::string_view extra_headers) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(extra_headers) + "\r\n";
}

std::string post(std::string_view target, std::string_view body) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

}  // namespace agenthost::server::testing

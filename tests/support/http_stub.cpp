#include "tests/support/http_stub.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <sstream>

namespace agenthost::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Reads requests from one socket; what comes after one is kept for the next.
class RequestReader {
 public:
  explicit RequestReader(int socket) : socket_(socket) {}

  std::optional<StubRequest> next() {
    std::size_t head_end = 0;
    while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return std::nullopt;
    }
    auto request = parse_head(buffer_.substr(0, head_end + 2));
    buffer_.erase(0, head_end + 4);
    const auto length = static_cast<std::size_t>(std::atoll(request.headers["content-length"].c_str()));
    while (buffer_.size() < length) {
      if (!more()) return std::nullopt;
    }
    request.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return request;
  }

 private:
  bool more() {
    char bytes[16384];
    const auto got = ::recv(socket_, &bytes[0], sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(&bytes[0], static_cast<std::size_t>(got));
    return true;
  }

  static StubRequest parse_head(const std::string& head) {
    StubRequest request;
    std::istringstream lines(head);
    std::string line;
    std::getline(lines, line);
    std::istringstream(line) >> request.method >> request.target;
    while (std::getline(lines, line)) {
      const auto colon = line.find(": ");
      if (colon == std::string::npos) continue;
      auto name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      request.headers[name] = line.substr(colon + 2, line.find('\r') - colon - 2);
    }
    return request;
  }

  const int socket_;
  std::string buffer_;
};

std::string head_of(const StubAnswer& answer) {
  std::string head = "HTTP/1.1 " + std::to_string(answer.status) + " Scripted\r\n";
  for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
  if (!answer.chunks.empty()) return head + "transfer-encoding: chunked\r\n\r\n";
  const auto length = answer.claimed_length != 0 ? answer.claimed_length : answer.body.size();
  return head + "content-length: " + std::to_string(length) + "\r\n\r\n";
}

std::string chunk(const std::string& piece) {
  std::ostringstream out;
  out << std::hex << piece.size() << "\r\n" << piece << "\r\n";
  return out.str();
}

}  // namespace

StubAnswer StubAnswer::json(std::string text, int status) {
  StubAnswer answer;
  answer.status = status;
  answer.headers = {{"content-type", "application/json"}};
  answer.body = std::move(text);
  return answer;
}

StubAnswer StubAnswer::events(std::vector<std::string> pieces) {
  StubAnswer answer;
  answer.headers = {{"content-type", "text/event-stream"}};
  answer.chunks = std::move(pieces);
  return answer;
}

HttpStub::HttpStub() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

HttpStub::~HttpStub() {
  stop();
}

std::string HttpStub::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

void HttpStub::then(StubAnswer answer) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(answer));
}

void HttpStub::on(std::string prefix, StubAnswer answer) {
  const std::lock_guard lock(mutex_);
  routes_[std::move(prefix)] = std::move(answer);
}

std::vector<StubRequest> HttpStub::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

bool HttpStub::wait_for_requests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; });
}

bool HttpStub::wait_for_hang_up() const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return hang_ups_ > 0; });
}

std::size_t HttpStub::most_at_once() const {
  const std::lock_guard lock(mutex_);
  return most_at_once_;
}

std::size_t HttpStub::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

void HttpStub::stop() {
  std::vector<std::thread> workers;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
    changed_.notify_all();
    ::shutdown(listener_, SHUT_RDWR);
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  }
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    workers.swap(workers_);
  }
  for (auto& worker : workers) worker.join();
  ::close(listener_);
}

void HttpStub::accept_loop() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      ::close(socket);
      return;
    }
    ++connections_;
    sockets_.push_back(socket);
    workers_.emplace_back([this, socket] { serve(socket); });
  }
}

void HttpStub::serve(int socket) {
  RequestReader reader(socket);
  while (auto request = reader.next()) {
    const auto scripted = pick(*request);
    const bool goes_on = answer(socket, *request, scripted);
    {
      const std::lock_guard lock(mutex_);
      --at_once_;
    }
    if (!goes_on) break;
  }
  const std::lock_guard lock(mutex_);
  sockets_.erase(std::remove(sockets_.begin(), sockets_.end(), socket), sockets_.end());
  ::close(socket);
}

StubAnswer HttpStub::pick(const StubRequest& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(request);
  most_at_once_ = std::max(most_at_once_, ++at_once_);
  changed_.notify_all();
  for (auto route = routes_.rbegin(); route != routes_.rend(); ++route) {  // longer prefixes sort later
    if (request.target.compare(0, route->first.size(), route->first) == 0) return route->second;
  }
  if (queue_.empty()) return StubAnswer::json(R"({"error":{"message":"nothing scripted"}})", 404);
  auto next = std::move(queue_.front());
  queue_.pop_front();
  return next;
}

bool HttpStub::answer(int socket, const StubRequest& request, const StubAnswer& answer) {
  bool open = true;
  wait_out(answer.delay);
  if (!answer.raw.empty()) {
    open = send_all(socket, answer.raw);
  } else if (answer.status != 0) {
    open = send_all(socket, head_of(answer));
    if (request.method != "HEAD") {
      for (const auto& piece : answer.chunks) open = open && send_all(socket, chunk(piece));
      if (answer.chunks.empty()) open = open && send_all(socket, answer.body);
    }
  }
  if (answer.then == StubAnswer::Then::kHang) {
    hang(socket);
    return false;
  }
  if (!answer.chunks.empty() && answer.then == StubAnswer::Then::kKeepAlive)
    open = open && send_all(socket, "0\r\n\r\n");
  return open && answer.then == StubAnswer::Then::kKeepAlive;
}

void HttpStub::wait_out(std::chrono::milliseconds delay) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, delay, [this] { return stopping_; });
}

void HttpStub::hang(int socket) {
  char byte = 0;
  while (::recv(socket, &byte, 1, 0) > 0) {
  }
  const std::lock_guard lock(mutex_);
  if (!stopping_) ++hang_ups_;
  changed_.notify_all();
}

}  // namespace agenthost::test

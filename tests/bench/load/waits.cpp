// Many clients that each ask for one run and wait: waits PORT CLIENTS BODY
// Opens CLIENTS connections to 127.0.0.1:PORT, sends POST /runs/wait with BODY on each at once, and prints
// "<seconds> <good answers>": from the first byte sent to the last answer complete.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  return fd;
}

// An answer is complete at its Content-Length, or at the last chunk.
bool complete(const std::string& answer) {
  const auto head_end = answer.find("\r\n\r\n");
  if (head_end == std::string::npos) return false;
  const auto length = answer.find("Content-Length: ");
  if (length != std::string::npos && length < head_end) {
    return answer.size() >= head_end + 4 + std::strtoul(answer.c_str() + length + 16, nullptr, 10);
  }
  return answer.size() >= 5 && answer.compare(answer.size() - 5, 5, "0\r\n\r\n") == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: waits PORT CLIENTS BODY\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(argv[1]));
  const auto clients = static_cast<std::size_t>(std::atoi(argv[2]));
  const std::string body = argv[3];
  const std::string request =
      "POST /runs/wait HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
      "Content-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<int> sockets;
  for (std::size_t i = 0; i < clients; ++i) {
    sockets.push_back(connect_to(port));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, sockets.back(), &event);
  }
  std::vector<std::string> answers(clients);
  const auto start = Clock::now();
  for (const int fd : sockets) {
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      return 1;
  }
  std::size_t open = clients;
  std::size_t good = 0;
  std::vector<epoll_event> events(512);
  std::vector<char> buffer(65'536);
  while (open > 0 && Clock::now() - start < std::chrono::seconds(60)) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 1'000);
    for (int i = 0; i < count; ++i) {
      const auto index = events[static_cast<std::size_t>(i)].data.u64;
      const auto size = ::recv(sockets[index], buffer.data(), buffer.size(), 0);
      if (size > 0) answers[index].append(buffer.data(), static_cast<std::size_t>(size));
      if (size > 0 && !complete(answers[index])) continue;
      if (size > 0 && answers[index].compare(0, 12, "HTTP/1.1 200") == 0) ++good;
      ::epoll_ctl(epoll, EPOLL_CTL_DEL, sockets[index], nullptr);
      --open;
    }
  }
  std::printf("%.3f %zu\n", std::chrono::duration<double>(Clock::now() - start).count(), good);
  for (const int fd : sockets) ::close(fd);
  ::close(epoll);
  return 0;
}

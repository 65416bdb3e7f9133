#include "tests/bench/isolation/bare_socket.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace agenthost::bench {
namespace {

using Clock = std::chrono::steady_clock;

bool send_all(int socket, const std::string& bytes) {
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

bool receive_all(int socket, std::string& bytes) {
  return ::recv(socket, bytes.data(), bytes.size(), MSG_WAITALL) == static_cast<ssize_t>(bytes.size());
}

[[noreturn]] void answer(int socket, std::string in, const std::string& out) {
  while (receive_all(socket, in) && send_all(socket, out)) {
  }
  ::_exit(0);
}

}  // namespace

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

double bare_round_trip_us(std::size_t there, std::size_t back, Clock::duration time) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) std::abort();
  std::string out(there, 'x');
  std::string in(back, 'x');
  const auto other = ::fork();
  if (other < 0) std::abort();
  if (other == 0) {
    ::close(ends[0]);
    answer(ends[1], out, in);
  }
  ::close(ends[1]);
  std::vector<double> times;
  for (const auto until = Clock::now() + time; Clock::now() < until;) {
    const auto began = Clock::now();
    if (!send_all(ends[0], out) || !receive_all(ends[0], in)) std::abort();
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
  }
  ::close(ends[0]);
  ::waitpid(other, nullptr, 0);
  return median(std::move(times));
}

}  // namespace agenthost::bench

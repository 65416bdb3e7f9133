// RawClient: a TCP client that sends exactly the bytes it is told to, honest or not, and reads answers with a
// deadline. Strand-bound.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace agenthost::server::testing {

using std::chrono::milliseconds;

// Generous: sanitizers and a busy machine must not make a test fail.
inline constexpr milliseconds kPatience{10'000};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  bool complete = false;  // the body ended as its head announced

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

enum class Expect { kBody, kHeadOnly };

class RawClient {
 public:
  // Connected, or !is_open(). receive_buffer: bytes the kernel may hold for us; 0 = its default.
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  ~RawClient();
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&&) = delete;

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

  bool send(std::string_view bytes) const;
  // Sends until the server takes no more; returns how much went out.
  std::size_t send_what_fits(std::string_view bytes) const;
  void half_close() const;
  void close();
  // Closes with RST, as a crashed or impatient client does.
  void reset();

  // Appends what comes to buffer(); false when the server closed or the deadline passed.
  bool read_some(milliseconds patience = kPatience);
  [[nodiscard]] std::string& buffer() { return buffer_; }
  bool read_until(std::string_view text, milliseconds patience = kPatience);

  // The next answer, interim ones included. nullopt = none came.
  std::optional<Answer> read_answer(Expect expect = Expect::kBody, milliseconds patience = kPatience);
  // Reads and discards until the server closes. False when it did not in time.
  bool wait_for_close(milliseconds patience = kPatience);

 private:
  bool fill(std::size_t bytes, milliseconds patience);
  bool read_chunks(std::string& body, milliseconds patience);

  int fd_ = -1;
  bool ended_ = false;
  std::string buffer_;
};

[[nodiscard]] std::string get(std::string_view target, std::string_view extra_headers = {});
[[nodiscard]] std::string post(std::string_view target, std::string_view body);

}  // namespace agenthost::server::testing

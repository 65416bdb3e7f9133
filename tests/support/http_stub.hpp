// HttpStub: a small HTTP/1.1 server on 127.0.0.1 that says what a test tells it to, right or wrong.
//
// Answers come from routes (by path prefix, again and again) or from a queue (each once, in order); with
// neither it answers 404. One thread accepts and one serves each connection, with blocking sockets.
// Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace agenthost::test {

struct StubRequest {
  std::string method;
  std::string target;                          // as sent: path and query
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct StubAnswer {
  enum class Then {
    kKeepAlive,  // a whole answer; the connection lives on
    kClose,      // closes after what was sent, even when content-length promised more
    kHang,       // sends what there is and then nothing, until the client goes away
  };
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // When not empty: the body in these pieces, chunked, each in a write of its own.
  std::vector<std::string> chunks;
  // Instead of everything above: these bytes, whatever they are. With status 0 and no raw, nothing at all is
  // sent.
  std::string raw;
  // A content-length that may lie; 0 = the truth.
  std::size_t claimed_length = 0;
  // Silence before the first byte; ends early when the stub stops.
  std::chrono::milliseconds delay{0};
  Then then = Then::kKeepAlive;

  // A JSON answer.
  [[nodiscard]] static StubAnswer json(std::string text, int status = 200);
  // Server-sent events in these pieces.
  [[nodiscard]] static StubAnswer events(std::vector<std::string> pieces);
};

class HttpStub {
 public:
  HttpStub();
  ~HttpStub();
  HttpStub(const HttpStub&) = delete;
  HttpStub& operator=(const HttpStub&) = delete;

  // "http://127.0.0.1:PORT"
  [[nodiscard]] std::string url() const;

  // The next request that no route takes gets this answer, once.
  void then(StubAnswer answer);
  // Every request whose target begins with prefix gets this answer; the longest prefix wins.
  void on(std::string prefix, StubAnswer answer);

  [[nodiscard]] std::vector<StubRequest> requests() const;
  // False when they did not come in time.
  [[nodiscard]] bool wait_for_requests(std::size_t count) const;
  // Waits until a client has closed a connection whose answer hung.
  [[nodiscard]] bool wait_for_hang_up() const;
  // Most requests that were inside the server at one time.
  [[nodiscard]] std::size_t most_at_once() const;
  [[nodiscard]] std::size_t connections() const;

  // Closes every connection and refuses new ones. Idempotent.
  void stop();

 private:
  void accept_loop();
  void serve(int socket);
  [[nodiscard]] StubAnswer pick(const StubRequest& request);
  // False when the connection is over.
  [[nodiscard]] bool answer(int socket, const StubRequest& request, const StubAnswer& answer);
  void hang(int socket);
  void wait_out(std::chrono::milliseconds delay);

  int listener_ = -1;
  std::uint16_t port_ = 0;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  // Guarded by mutex_
  std::deque<StubAnswer> queue_;
  std::map<std::string, StubAnswer> routes_;
  std::vector<StubRequest> requests_;
  std::vector<int> sockets_;
  std::vector<std::thread> workers_;
  std::size_t at_once_ = 0;
  std::size_t most_at_once_ = 0;
  std::size_t connections_ = 0;
  std::size_t hang_ups_ = 0;
  bool stopping_ = false;

  std::thread acceptor_;
};

}  // namespace agenthost::test

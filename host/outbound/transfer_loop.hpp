// TransferLoop: one thread that drives libcurl's multi interface, its timers and the jobs posted to it.
//
// The thread, and libcurl with it, start with the first job: a server that asks nobody pays nothing. post()
// and stop() are thread-safe; everything else is strand-bound: call it from jobs and callbacks on the loop's
// own thread, which must not block. Connections are kept alive and reused; aborting a transfer closes its
// connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "host/base/executor.hpp"
#include "host/outbound/http_types.hpp"

namespace agenthost::outbound {

// kPublicOnly: no address of a private network, whatever the name resolves to, and no proxy in between; on a
// connection of its own.
enum class Reach { kAnywhere, kPublicOnly };

// One request as it goes on the wire.
struct Transfer {
  std::string method;
  std::string url;
  Headers headers;
  std::string body;
  std::string user_agent;
  std::chrono::milliseconds connect_timeout{0};
  std::chrono::milliseconds timeout{0};
  std::size_t max_body_bytes = 0;
  Reach reach = Reach::kAnywhere;
};

// Why there is no (whole) answer.
struct TransferFailure {
  enum class Kind { kConnection, kTimeout, kTooLarge, kRefused };
  Kind kind = Kind::kConnection;
  std::string text;
};

struct TransferEvents {
  std::function<void(const HttpReply& head, std::string_view piece)> piece;  // optional
  std::function<void(tl::expected<HttpReply, TransferFailure>)> done;        // once, unless aborted
};

class TransferLoop {
 public:
  using Id = std::uint64_t;
  using TimerId = std::pair<std::chrono::steady_clock::time_point, Id>;

  TransferLoop();
  ~TransferLoop();
  TransferLoop(const TransferLoop&) = delete;
  TransferLoop& operator=(const TransferLoop&) = delete;

  // Runs job on the loop's thread. False after stop(): the job was dropped.
  [[nodiscard]] bool post(Job job);
  // Runs `last` on the loop's thread (when it ever started), aborts what is left and joins. Idempotent; not
  // from a job.
  void stop(Job last);

  [[nodiscard]] Id start(Transfer transfer, TransferEvents events);
  // No callback comes after this. Unknown ids are ignored.
  void abort(Id id);
  [[nodiscard]] TimerId at(std::chrono::steady_clock::time_point when, Job job);
  void cancel_timer(TimerId id);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agenthost::outbound

// HttpExchange: one request's way back, held by the handler for as long as it likes. It knows its connection
// by number only, so it can neither keep one alive nor reach the client that came after it. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "host/routers/http.hpp"
#include "host/server/inbox.hpp"

namespace agenthost::server {

class Connection;

// Names one request on one connection; numbers are never used twice.
struct RequestAddress {
  std::uint64_t connection = 0;
  std::uint64_t request = 0;
};

class HttpExchange final : public routers::Exchange, public std::enable_shared_from_this<HttpExchange> {
 public:
  HttpExchange(std::shared_ptr<Inbox> inbox, RequestAddress address,
               std::chrono::steady_clock::time_point complete_since);
  ~HttpExchange() override;

  void respond(routers::Response response) override;
  void start_stream(int status, std::string_view content_type, routers::Headers headers) override;
  void write(std::shared_ptr<const std::string> piece) override;
  void end_stream() override;
  void upgrade(std::shared_ptr<routers::SocketUser> user) override;
  void on_disconnect(std::function<void()> gone) override;
  void measure_by(routers::RequestMeter& meter) override { meter_ = &meter; }

  // For the connection: the client went before the answer was complete / the answer is complete.
  void client_gone();
  void answered();
  // True when somebody wants to know that the client went.
  [[nodiscard]] bool is_watched();

 private:
  enum class Stage : std::uint8_t { kOpen, kStreaming, kDone };

  [[nodiscard]] bool advance(Stage from, Stage to);
  template <class Action>
  void perform(Action action);
  [[nodiscard]] Connection* find_in(Worker& worker) const;
  void measure(int status) const;

  // Constant after construction
  const std::shared_ptr<Inbox> inbox_;  // Shared because: the worker may be gone first.
  const RequestAddress address_;
  const std::chrono::steady_clock::time_point complete_since_;
  // Constant once the handler has the exchange
  routers::RequestMeter* meter_ = nullptr;

  std::atomic<Stage> stage_{Stage::kOpen};
  std::atomic<bool> gone_{false};
  std::atomic<int> posted_{0};  // actions on their way through the inbox

  std::mutex mutex_;
  std::function<void()> on_gone_;  // Guarded by mutex_
};

}  // namespace agenthost::server

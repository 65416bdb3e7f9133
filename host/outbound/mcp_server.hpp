// McpServer: one server of McpClient with its session: requests wait while it is opened, and one that finds
// it lost has it opened anew. Private to McpClient. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "host/outbound/mcp_exchange.hpp"

namespace agenthost::outbound {

class McpServer : public std::enable_shared_from_this<McpServer> {
 public:
  using Done = std::function<void(Result<std::string>)>;
  // Whether a request may be sent again after a failure on the way.
  enum class Effect { kNone, kSome };

  struct Ask {
    std::string method;
    std::string params;
    Effect effect = Effect::kNone;
    std::chrono::steady_clock::time_point deadline;
    CancelTokenPtr cancel;
    Done done;
  };

  // kInvalid with the key to correct. http and work outlive it.
  [[nodiscard]] static Result<std::shared_ptr<McpServer>> open(HttpClient& http, Executor& work,
                                                               const std::string& name,
                                                               const settings::Service& service);

  void ask(Ask ask);

 private:
  // Shared because: requests under way keep the session they began with. Null while there is none.
  using SessionPtr = std::shared_ptr<const McpSession>;
  using AskPtr = std::shared_ptr<const Ask>;
  enum class OnLoss { kReopen, kFail };

  McpServer(HttpClient& http, Executor& work, std::string name)
      : http_(http), work_(work), name_(std::move(name)) {}

  void send(const AskPtr& ask, OnLoss on_loss);
  void send_in(const SessionPtr& session, const AskPtr& ask, OnLoss on_loss);
  void answered(const SessionPtr& session, const AskPtr& ask, std::uint64_t id, OnLoss on_loss,
                McpAnswer answer);
  void notify(const SessionPtr& session, std::string method, std::string params, McpExchange::Done done);

  void initialize();
  void agree(const McpAnswer& answer);
  void opened(Result<SessionPtr> session);
  [[nodiscard]] Error named(Error error) const;

  // Constant after open
  HttpClient& http_;
  Executor& work_;
  const std::string name_;
  std::shared_ptr<const Endpoint> asking_, acting_;  // acting: without retries

  std::atomic<std::uint64_t> last_id_{0};
  std::mutex mutex_;
  // Guarded by mutex_
  SessionPtr session_;
  bool opening_ = false;
  std::vector<std::function<void(Result<SessionPtr>)>> waiting_;
};

}  // namespace agenthost::outbound

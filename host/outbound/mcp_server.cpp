#include "host/outbound/mcp_server.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "host/base/json.hpp"

namespace agenthost::outbound {
namespace {

// What is spoken here, newest first. The older one has the same transport.
constexpr std::array<std::string_view, 2> kVersions{"2025-06-18", "2025-03-26"};

// Of an endpoint's name, so that it is no service's; its errors begin with that name.
constexpr std::string_view kPrefix = "tools.";

std::string hello() {
  return "{\"protocolVersion\":" + quote(kVersions.front()) +
         R"(,"capabilities":{},"clientInfo":{"name":"agenthost","version":"1"}})";
}

}  // namespace

Result<std::shared_ptr<McpServer>> McpServer::open(HttpClient& http, Executor& work, const std::string& name,
                                                   const settings::Service& service) {
  const std::shared_ptr<McpServer> server(new McpServer(http, work, name));
  auto acting = service;
  acting.retries = 0;
  for (auto& [endpoint, manners] :
       {std::pair(&server->asking_, &service), std::pair(&server->acting_, &std::as_const(acting))}) {
    auto opened = Endpoint::open(std::string(kPrefix) + name, *manners);
    if (!opened)
      return fail(ErrorCode::kInvalid, "tools.servers." + opened.error().text.substr(kPrefix.size()));
    *endpoint = std::move(*opened);
  }
  return server;
}

void McpServer::ask(Ask ask) {
  send(std::make_shared<const Ask>(std::move(ask)), OnLoss::kReopen);
}

void McpServer::send(const AskPtr& ask, OnLoss on_loss) {
  const auto go_on = [self = shared_from_this(), ask, on_loss](Result<SessionPtr> session) {
    if (!session) return ask->done(fail(self->named(session.error())));
    self->send_in(*session, ask, on_loss);
  };
  SessionPtr session;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    session = session_;
    if (session == nullptr) {
      waiting_.emplace_back(go_on);
      first = !std::exchange(opening_, true);
    }
  }
  if (session != nullptr) return go_on(session);
  if (first) initialize();
}

void McpServer::send_in(const SessionPtr& session, const AskPtr& ask, OnLoss on_loss) {
  McpMessage message;
  const auto id = message.id = ++last_id_;
  message.method = ask->method;
  message.params = ask->params;
  message.session = *session;
  message.deadline = ask->deadline;
  message.cancel = ask->cancel;
  McpExchange::start(http_, work_, ask->effect == Effect::kSome ? acting_ : asking_, std::move(message),
                     [self = shared_from_this(), session, ask, id, on_loss](McpAnswer answer) {
                       self->answered(session, ask, id, on_loss, std::move(answer));
                     });
}

void McpServer::answered(const SessionPtr& session, const AskPtr& ask, std::uint64_t id, OnLoss on_loss,
                         McpAnswer answer) {
  if (answer.result) return ask->done(std::move(answer.result));
  if (answer.session_lost) {
    {
      const std::lock_guard lock(mutex_);
      if (session_ == session) session_ = nullptr;
    }
    if (on_loss == OnLoss::kReopen) return send(ask, OnLoss::kFail);
  }
  const auto code = answer.result.error().code;
  if (code == ErrorCode::kCancelled || code == ErrorCode::kDeadline) {
    notify(session, "notifications/cancelled", "{\"requestId\":" + std::to_string(id) + "}",
           [](const McpAnswer&) {});
  }
  ask->done(fail(named(answer.result.error())));
}

void McpServer::notify(const SessionPtr& session, std::string method, std::string params,
                       McpExchange::Done done) {
  McpMessage message;
  message.method = std::move(method);
  message.params = std::move(params);
  message.session = *session;
  McpExchange::start(http_, work_, asking_, std::move(message), std::move(done));
}

// ---- The session ----

// For everybody, so it is bounded by the server's time-out and no caller cancels it.
void McpServer::initialize() {
  McpMessage message;
  message.id = ++last_id_;
  message.method = "initialize";
  message.params = hello();
  McpExchange::start(http_, work_, asking_, std::move(message),
                     [self = shared_from_this()](const McpAnswer& answer) { self->agree(answer); });
}

void McpServer::agree(const McpAnswer& answer) {
  if (!answer.result) return opened(fail(answer.result.error()));
  const auto result = parse_json(*answer.result);
  const auto version = result ? string_member(*result, "protocolVersion") : std::string_view();
  if (std::find(kVersions.begin(), kVersions.end(), version) == kVersions.end()) {
    return opened(fail(ErrorCode::kUnsupported, "it speaks version " + quote(version) +
                                                    " of the protocol; spoken here are 2025-06-18 and "
                                                    "2025-03-26"));
  }
  const auto session =
      std::make_shared<const McpSession>(McpSession{answer.session_id, std::string(version)});
  notify(session, "notifications/initialized", "{}",
         [self = shared_from_this(), session](const McpAnswer& heard) {
           if (!heard.result) return self->opened(fail(heard.result.error()));
           self->opened(session);
         });
}

void McpServer::opened(Result<SessionPtr> session) {
  std::vector<std::function<void(Result<SessionPtr>)>> waiting;
  {
    const std::lock_guard lock(mutex_);
    if (session) session_ = *session;
    opening_ = false;
    waiting.swap(waiting_);
  }
  for (const auto& go_on : waiting) go_on(session);
}

Error McpServer::named(Error error) const {
  error.text = asking_->redactor().clean("tools \"" + name_ + "\": " + error.text);
  return error;
}

}  // namespace agenthost::outbound

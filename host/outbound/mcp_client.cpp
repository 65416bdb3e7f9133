#include "host/outbound/mcp_client.hpp"

#include <utility>

#include "host/base/json.hpp"
#include "host/outbound/mcp_server.hpp"

namespace agenthost::outbound {
namespace {

// A server that never stops turning pages is not followed for ever.
constexpr unsigned kMaxPages = 100;

// tools/list, page after page.
class Listing : public std::enable_shared_from_this<Listing> {
 public:
  Listing(std::shared_ptr<McpServer> server, McpCall call)
      : server_(std::move(server)), call_(std::move(call)) {}

  void ask(const std::string& params) {
    server_->ask({"tools/list", params, McpServer::Effect::kNone, call_.deadline, call_.cancel,
                  [self = shared_from_this()](const Result<std::string>& page) { self->take(page); }});
  }

 private:
  void take(const Result<std::string>& page) {
    if (!page) return call_.done(fail(page.error()));
    const auto json = parse_json(*page);
    const auto* tools = json ? find_member(*json, "tools") : nullptr;
    if (tools == nullptr || !tools->IsArray()) return refuse(ErrorCode::kUnavailable, "lists no tools");
    for (const auto& tool : tools->GetArray()) tools_ += (tools_.empty() ? "" : ",") + to_text(tool);
    const auto cursor = string_member(*json, "nextCursor");
    if (cursor.empty()) return call_.done("{\"tools\":[" + tools_ + "]}");
    if (++pages_ == kMaxPages) return refuse(ErrorCode::kExhausted, "lists more than 100 pages of tools");
    ask("{\"cursor\":" + quote(cursor) + "}");
  }
  void refuse(ErrorCode code, const std::string& text) {
    call_.done(fail(code, "tools \"" + call_.server + "\": the server " + text));
  }

  const std::shared_ptr<McpServer> server_;
  const McpCall call_;
  // One page at a time
  std::string tools_;
  unsigned pages_ = 0;
};

}  // namespace

McpClient::McpClient() = default;
McpClient::~McpClient() = default;

Result<std::unique_ptr<McpClient>> McpClient::open(HttpClient& http, Executor& work,
                                                   const std::map<std::string, settings::Service>& servers) {
  std::unique_ptr<McpClient> client(new McpClient());
  for (const auto& [name, service] : servers) {
    Configured entry{nullptr, why_off("tools.servers." + name, service)};
    if (entry.why_off.empty()) {
      auto server = McpServer::open(http, work, name, service);
      if (!server) return fail(server.error());
      entry.server = std::move(*server);
    }
    client->servers_.emplace(name, std::move(entry));
  }
  return client;
}

std::shared_ptr<McpServer> McpClient::find(const McpCall& call) const {
  const auto found = servers_.find(call.server);
  if (found == servers_.end()) {
    call.done(fail(ErrorCode::kNotFound,
                   "tools: no server " + quote(call.server) + "; add it to tools.servers in agenthost.yaml"));
    return nullptr;
  }
  if (found->second.server == nullptr) {
    call.done(fail(ErrorCode::kDenied,
                   "tools: server " + quote(call.server) + " is off: " + found->second.why_off));
  }
  return found->second.server;
}

void McpClient::list(McpCall call) {
  if (auto server = find(call)) std::make_shared<Listing>(std::move(server), std::move(call))->ask("{}");
}

void McpClient::call(McpCall call, std::string_view tool, std::string_view arguments) {
  const auto server = find(call);
  if (server == nullptr) return;
  server->ask({"tools/call", "{\"name\":" + quote(tool) + ",\"arguments\":" + std::string(arguments) + "}",
               McpServer::Effect::kSome, call.deadline, std::move(call.cancel), std::move(call.done)});
}

}  // namespace agenthost::outbound

#include "host/app/dev_server.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <future>
#include <string_view>
#include <utility>

#include "host/base/json.hpp"
#include "host/outbound/http_client.hpp"

namespace agenthost::app {
namespace {

constexpr std::chrono::seconds kPatience{60};
constexpr std::string_view kListening = "listening on ";

// "greeter 0.1.0 replaced", with the reason when there is one.
std::string outcome_text(const JsonValue& plugin) {
  std::string text(string_member(plugin, "id"));
  for (const auto* key : {"version", "outcome"}) text.append(" ").append(string_member(plugin, key));
  if (const auto reason = string_member(plugin, "reason"); !reason.empty()) text.append(": ").append(reason);
  return text;
}

std::string outcomes_text(const std::string& body) {
  const auto answer = parse_json(body);
  const auto* plugins = answer ? find_member(*answer, "plugins") : nullptr;
  if (plugins == nullptr || !plugins->IsArray()) return "unexpected answer " + body;
  std::string text;
  for (const auto& plugin : plugins->GetArray()) text += (text.empty() ? "" : ", ") + outcome_text(plugin);
  return text.empty() ? "no plugin" : text;
}

Result<outbound::HttpReply> ask_to_reload(const std::string& url) {
  settings::Service server;
  server.base_url = url;
  server.retries = 0;
  server.timeout_ms = kPatience;
  auto client = outbound::HttpClient::open({}, {{"server", server}});
  if (!client) return fail(client.error());
  auto endpoint = (*client)->service("server");
  if (!endpoint) return fail(endpoint.error());
  outbound::HttpRequest request;
  request.endpoint = std::move(*endpoint);
  request.method = "POST";
  request.url = "/admin/plugins/reload";
  std::promise<Result<outbound::HttpReply>> reply;
  (*client)->start(std::move(request),
                   {nullptr, [&reply](auto answer) { reply.set_value(std::move(answer)); }});
  return reply.get_future().get();
}

std::string reloaded(const std::string& url) {
  const auto reply = ask_to_reload(url);
  return reply ? outcomes_text(reply->body) : reply.error().text;
}

}  // namespace

DevServer::DevServer(Command command) : command_(std::move(command)) {}

DevServer::~DevServer() {
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
  forget();
}

void DevServer::start_it() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  pid_ = start(command_, {ends[1], std::nullopt});
  close(ends[1]);
  output_ = ends[0];
  fcntl(output_, F_SETFL, O_NONBLOCK);
}

void DevServer::forget() {
  pid_ = -1;
  if (output_ >= 0) close(output_);
  output_ = -1;
  line_.clear();
  url_.clear();
  behind_ = false;
}

std::string DevServer::take_build() {
  if (pid_ < 0) {
    forget();
    start_it();
    return pid_ < 0 ? "cannot be started" : "starting";
  }
  if (!url_.empty()) return reloaded(url_);
  behind_ = true;
  return "still starting";
}

void DevServer::look() {
  if (pid_ < 0 || waitpid(pid_, nullptr, WNOHANG) != pid_) return;
  forget();
  std::fprintf(stderr, "== the server has ended; save a file to start it again\n");
}

void DevServer::read_output() {
  std::array<char, 4'096> piece{};
  const auto size = read(output_, piece.data(), piece.size());
  if (size < 0) return;
  if (size == 0) {
    close(output_);
    output_ = -1;
    return;
  }
  line_.append(piece.data(), static_cast<std::size_t>(size));
  for (auto end = line_.find('\n'); end != std::string::npos; end = line_.find('\n')) {
    hear(line_.substr(0, end));
    line_.erase(0, end + 1);
  }
}

void DevServer::hear(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  if (line.compare(0, kListening.size(), kListening) != 0) return;
  url_ = line.substr(kListening.size());
  if (std::exchange(behind_, false)) std::fprintf(stderr, "== server: %s\n", reloaded(url_).c_str());
}

}  // namespace agenthost::app

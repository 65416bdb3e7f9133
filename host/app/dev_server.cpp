#include "host/app/dev_server.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
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

// Asks, until there is an answer or stop is readable.
Result<outbound::HttpReply> ask_to_reload(const std::string& url, int stop) {
  settings::Service server;
  server.base_url = url;
  server.retries = 0;
  server.timeout_ms = kPatience;
  // Before the client, which tells everybody when it goes.
  const FileDescriptor answered(eventfd(0, EFD_CLOEXEC));
  std::promise<Result<outbound::HttpReply>> reply;
  auto client = outbound::HttpClient::open({}, {{"server", server}});
  if (!client) return fail(client.error());
  auto endpoint = (*client)->service("server");
  if (!endpoint) return fail(endpoint.error());
  outbound::HttpRequest request;
  request.endpoint = std::move(*endpoint);
  request.method = "POST";
  request.url = "/admin/plugins/reload";
  (*client)->start(std::move(request), {nullptr, [&](auto answer) {
                                          reply.set_value(std::move(answer));
                                          eventfd_write(answered.get(), 1);
                                        }});
  wait_for_either(answered.get(), stop);
  if (!is_readable(answered.get())) return fail(ErrorCode::kCancelled, "not waited for");
  return reply.get_future().get();
}

std::string reloaded(const std::string& url, int stop) {
  const auto reply = ask_to_reload(url, stop);
  return reply ? outcomes_text(reply->body) : reply.error().text;
}

}  // namespace

DevServer::DevServer(Command command, int stop) : command_(std::move(command)), stop_(stop) {}

DevServer::~DevServer() {
  if (!program_) return;
  program_->tell(SIGTERM);
  // A server whose words nobody reads could not end.
  while (!is_readable(program_->ended())) {
    wait_for_either(program_->ended(), output_.get());
    if (output_) read_output();
  }
  hear_last_words();
  program_->wait();
}

void DevServer::start_it() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
  output_ = FileDescriptor(ends[0]);
  const FileDescriptor theirs(ends[1]);
  fcntl(theirs.get(), F_SETFL, 0);  // it may block
  program_ = ChildProgram::start(command_, {theirs.get(), std::nullopt});
}

void DevServer::forget() {
  program_.reset();
  output_.reset();
  line_.clear();
  url_.clear();
  behind_ = false;
}

std::string DevServer::take_build() {
  if (!program_) {
    forget();
    start_it();
    return program_ ? "starting" : "cannot be started";
  }
  if (!url_.empty()) return reloaded(url_, stop_);
  behind_ = true;
  return "still starting";
}

void DevServer::bury() {
  hear_last_words();
  program_->wait();
  forget();
  std::fprintf(stderr, "== the server has ended; save a file to start it again\n");
}

void DevServer::read_output() {
  std::array<char, 4'096> piece{};
  const auto size = read(output_.get(), piece.data(), piece.size());
  if (size < 0) return;
  if (size == 0) return output_.reset();
  line_.append(piece.data(), static_cast<std::size_t>(size));
  for (auto end = line_.find('\n'); end != std::string::npos; end = line_.find('\n')) {
    hear(line_.substr(0, end));
    line_.erase(0, end + 1);
  }
}

void DevServer::hear_last_words() {
  while (output_ && is_readable(output_.get())) read_output();
}

void DevServer::hear(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
  if (line.compare(0, kListening.size(), kListening) != 0) return;
  url_ = line.substr(kListening.size());
  if (std::exchange(behind_, false)) std::fprintf(stderr, "== server: %s\n", reloaded(url_, stop_).c_str());
}

}  // namespace agenthost::app

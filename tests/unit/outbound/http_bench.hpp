// HttpBench: an HttpClient and a stub server for a test, with calls one can wait for.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "host/base/ids.hpp"
#include "host/outbound/http_client.hpp"
#include "tests/support/http_stub.hpp"

namespace agenthost::outbound::test {

using agenthost::test::HttpStub;
using agenthost::test::StubAnswer;
using namespace std::chrono_literals;

inline constexpr auto kPatience = 20s;
inline constexpr const char* kKey = "sk-very-secret-key-1234";

// The result, or a failure of the test when it never comes.
template <class T>
Result<T> get(std::future<Result<T>> future) {
  if (future.wait_for(kPatience) != std::future_status::ready)
    return fail(ErrorCode::kUnknown, "<never answered>");
  return future.get();
}

class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / ("agenthost-" + new_uuid7())) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  const std::filesystem::path path_;
};

class HttpBench : public testing::Test {
 protected:
  HttpBench() {
    http.allow_hosts = {"127.0.0.1"};
    settings::Service api;
    api.base_url = stub.url() + "/v1";
    api.headers["authorization"] = std::string("Bearer ") + kKey;
    api.query["apikey"] = kKey;
    api.require = {kKey};
    api.backoff_ms = 1ms;
    services["api"] = api;
  }

  HttpClient& client() {
    if (!client_) {
      auto opened = HttpClient::open(http, services);
      if (!opened) ADD_FAILURE() << opened.error().text;
      client_ = std::move(*opened);
    }
    return *client_;
  }
  void restart() { client_.reset(); }

  // A request to a service ("" = none).
  HttpRequest request(const std::string& service, std::string url) {
    HttpRequest made;
    if (!service.empty()) made.endpoint = *client().service(service);
    made.url = std::move(url);
    return made;
  }

  std::future<Result<HttpReply>> start(HttpRequest made, decltype(HttpEvents::piece) piece = {}) {
    auto promise = std::make_shared<std::promise<Result<HttpReply>>>();
    auto future = promise->get_future();
    client().start(std::move(made), {std::move(piece), [promise](Result<HttpReply> reply) {
                                       promise->set_value(std::move(reply));
                                     }});
    return future;
  }
  Result<HttpReply> fetch(HttpRequest made) { return get(start(std::move(made))); }
  Result<HttpReply> fetch(const std::string& service, std::string url) {
    return fetch(request(service, std::move(url)));
  }

  // Before the client is first used.
  settings::Http http;
  std::map<std::string, settings::Service> services;

  HttpStub stub;

 private:
  std::unique_ptr<HttpClient> client_;
};

}  // namespace agenthost::outbound::test

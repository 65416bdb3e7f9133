// LlmBench: an LlmClient whose models "default" of each provider live in the stub server.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "host/base/json.hpp"
#include "host/outbound/llm_client.hpp"
#include "tests/unit/outbound/http_bench.hpp"

namespace agenthost::outbound::test {

class LlmBench : public HttpBench {
 protected:
  LlmBench() {
    for (const char* provider : {"gemini", "openai", "anthropic"}) {
      settings::LlmModel model;
      model.provider = provider;
      model.model = "model-x";
      model.base_url = stub.url() + "/v1";
      model.api_key = kKey;
      llm.models[provider] = model;
    }
    llm.models["default"] = {};
  }
  // In the order the server stops too: first what posts to the pool.
  ~LlmBench() override {
    client().stop();
    work.stop();
  }

  LlmClient& models() {
    if (!client_) {
      auto opened = LlmClient::open(client(), work, llm);
      if (!opened) ADD_FAILURE() << opened.error().text;
      client_ = std::move(*opened);
    }
    return *client_;
  }

  static LlmRequest ask(const std::string& model) {
    LlmRequest request;
    request.model = model;
    request.messages = {{"system", "Be brief."}, {"user", "Hi"}, {"assistant", "Hello"}, {"user", "Why?"}};
    return request;
  }

  std::future<Result<LlmAnswer>> start(LlmRequest request, CancelTokenPtr cancel = nullptr) {
    auto promise = std::make_shared<std::promise<Result<LlmAnswer>>>();
    LlmCall call;
    call.request = std::move(request);
    call.cancel = std::move(cancel);
    call.delta = [this](std::string_view delta) {
      const std::lock_guard lock(mutex_);
      deltas_.emplace_back(delta);
      changed_.notify_all();
    };
    call.done = [promise](Result<LlmAnswer> answer) { promise->set_value(std::move(answer)); };
    models().complete(std::move(call));
    return promise->get_future();
  }
  Result<LlmAnswer> complete(LlmRequest request) { return get(start(std::move(request))); }
  Result<LlmAnswer> stream(const std::string& model) {
    auto request = ask(model);
    request.stream = true;
    return complete(std::move(request));
  }

  std::string streamed() {
    const std::lock_guard lock(mutex_);
    std::string all;
    for (const auto& delta : deltas_) all += delta;
    return all;
  }
  bool wait_for_delta() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return !deltas_.empty(); });
  }

  JsonDocument sent(std::size_t index = 0) {
    auto json = parse_json(stub.requests().at(index).body);
    if (!json) ADD_FAILURE() << json.error().text;
    return std::move(*json);
  }

  settings::Llm llm;
  ThreadPool work{"work", 2};

 private:
  std::unique_ptr<LlmClient> client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> deltas_;
};

// text in pieces of so many bytes, so that events, lines and characters are cut.
inline std::vector<std::string> pieces_of(const std::string& text, std::size_t size) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < text.size(); at += size) pieces.push_back(text.substr(at, size));
  return pieces;
}

}  // namespace agenthost::outbound::test

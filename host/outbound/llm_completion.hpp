// LlmClient's inside: one configured model, and one completion on its way through request, stream, check and
// repair.
//
// A completion is touched by one thread at a time: the executor's job that sends, the HTTP thread while the
// answer comes, the executor's job that reads it. Private to LlmClient.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "host/outbound/call_meters.hpp"
#include "host/outbound/llm_client.hpp"
#include "host/outbound/sse_parser.hpp"

namespace agenthost::outbound {

struct LlmClient::Model {
  std::string name;
  settings::LlmModel settings;
  std::unique_ptr<LlmProvider> provider;     // null: offline
  std::shared_ptr<const Endpoint> endpoint;  // null: offline, or the key is missing
  std::string why_off;
  const std::unique_ptr<LlmMeter> meter = std::make_unique<LlmMeter>();

  // llm "default" (gemini gemini-2.0-flash)
  [[nodiscard]] std::string label() const;
};

class LlmClient::Completion : public std::enable_shared_from_this<LlmClient::Completion> {
 public:
  Completion(HttpClient& http, Executor& work, std::shared_ptr<const Model> model, LlmCall call);

  void begin();

 private:
  // What one attempt has read so far.
  struct Progress {
    LlmAnswer answer;
    SseParser parser;
    Status status;
    bool is_stream = false;
    bool saw_done = false;
  };

  void send();
  void take_piece(const HttpReply& head, std::string_view piece);
  void take_event(const SseEvent& event);
  void settle(Result<HttpReply> reply);
  [[nodiscard]] Status read_reply(const HttpReply& reply);
  [[nodiscard]] Status read_stream_end();
  [[nodiscard]] Status read_whole(const HttpReply& reply);
  [[nodiscard]] Error http_error(const HttpReply& reply) const;
  void check_schema_and_finish();
  void repair(const std::string& problem);
  void finish(Result<LlmAnswer> result);

  HttpClient& http_;
  Executor& work_;
  const std::shared_ptr<const Model> model_;
  LlmCall call_;
  Progress progress_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  bool repaired_ = false;
  std::int64_t earlier_input_tokens_ = 0;
  std::int64_t earlier_output_tokens_ = 0;
};

}  // namespace agenthost::outbound

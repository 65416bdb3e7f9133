#include "host/outbound/llm_completion.hpp"

#include "host/outbound/http_failure.hpp"
#include "host/outbound/json_answer.hpp"

namespace agenthost::outbound {
namespace {

std::string schema_instruction(const std::string& schema) {
  return "Answer with one JSON value and nothing else: no prose, no code fence. It must validate against "
         "this JSON Schema:\n" +
         schema;
}

}  // namespace

std::string LlmClient::Model::label() const {
  return "llm \"" + name + "\" (" + settings.provider + (settings.model.empty() ? "" : " " + settings.model) +
         ")";
}

LlmClient::Completion::Completion(HttpClient& http, Executor& work, std::shared_ptr<const Model> model,
                                  LlmCall call)
    : http_(http), work_(work), model_(std::move(model)), call_(std::move(call)) {}

void LlmClient::Completion::begin() {
  if (!model_->endpoint) {
    finish(fail(ErrorCode::kUnsupported, model_->why_off));
    return;
  }
  auto& request = call_.request;
  if (!request.response_schema.empty()) {
    if (auto usable = check_schema(request.response_schema); !usable) {
      finish(fail(usable.error()));
      return;
    }
    request.messages.insert(request.messages.begin(),
                            {"system", schema_instruction(request.response_schema)});
  }
  send();
}

void LlmClient::Completion::send() {
  const auto& request = call_.request;
  progress_ = {};
  progress_.answer.model = model_->settings.model;
  progress_.answer.provider = model_->settings.provider;

  HttpRequest http;
  http.endpoint = model_->endpoint;
  http.method = "POST";
  http.url = model_->provider->path(model_->settings, request.stream);
  http.body = model_->provider->body(model_->settings, request);
  http.deadline = call_.deadline;
  http.cancel = call_.cancel;
  HttpEvents events;
  const auto self = shared_from_this();
  if (request.stream) {
    events.piece = [self](const HttpReply& head, std::string_view piece) { self->take_piece(head, piece); };
  }
  // Why another thread: parsing and checking a large answer must not hold up everybody's transfers.
  events.done = [self](Result<HttpReply> reply) {
    self->work_.post([self, reply = std::move(reply)]() mutable { self->settle(std::move(reply)); });
  };
  http_.start(std::move(http), std::move(events));
}

// ---- Streams ----

void LlmClient::Completion::take_piece(const HttpReply& head, std::string_view piece) {
  if (header_value(head.headers, "content-type").find("text/event-stream") == std::string_view::npos) return;
  progress_.is_stream = true;
  if (!progress_.status) return;
  const auto fed = progress_.parser.feed(piece, [this](const SseEvent& event) { take_event(event); });
  if (!fed) progress_.status = fed;
}

void LlmClient::Completion::take_event(const SseEvent& event) {
  if (!progress_.status) return;
  if (event.data == "[DONE]") {
    progress_.saw_done = true;
    return;
  }
  const auto data = parse_json(event.data);
  if (!data) {
    progress_.status =
        fail(ErrorCode::kUnavailable, "an event of the stream is not JSON: " + excerpt(event.data));
    return;
  }
  if (const auto problem = provider_error(*data); !problem.empty() || event.name == "error") {
    progress_.status = fail(ErrorCode::kUnavailable, "the stream broke off: " + std::string(problem));
    return;
  }
  std::string delta;
  progress_.status = model_->provider->read_event(*data, progress_.answer, delta);
  if (delta.empty()) return;
  progress_.answer.content += delta;
  if (call_.delta) call_.delta(delta);
}

// ---- The answer ----

void LlmClient::Completion::settle(Result<HttpReply> reply) {
  if (!reply) {
    finish(fail(reply.error()));
    return;
  }
  if (auto read = read_reply(*reply); !read) {
    finish(fail(read.error()));
    return;
  }
  check_schema_and_finish();
}

Status LlmClient::Completion::read_reply(const HttpReply& reply) {
  if (!is_success(reply.status)) return fail(http_error(reply));
  return progress_.is_stream ? read_stream_end() : read_whole(reply);
}

Status LlmClient::Completion::read_stream_end() {
  progress_.parser.end([this](const SseEvent& event) { take_event(event); });
  if (!progress_.status) return progress_.status;
  auto& reason = progress_.answer.finish_reason;
  if (reason.empty() && progress_.saw_done) reason = "stop";
  if (reason.empty()) return fail(ErrorCode::kUnavailable, "the stream ended before the answer did");
  return {};
}

Status LlmClient::Completion::read_whole(const HttpReply& reply) {
  const auto json = parse_json(reply.body);
  if (!json) return fail(ErrorCode::kUnavailable, "the answer is not JSON: " + excerpt(reply.body));
  if (const auto problem = provider_error(*json); !problem.empty()) {
    return fail(ErrorCode::kUnavailable, excerpt(problem));
  }
  auto read = model_->provider->read_answer(*json, progress_.answer);
  // A server that does not stream still owes its part to those who listen.
  if (read && call_.request.stream && call_.delta && !progress_.answer.content.empty()) {
    call_.delta(progress_.answer.content);
  }
  return read;
}

Error LlmClient::Completion::http_error(const HttpReply& reply) const {
  const auto json = parse_json(reply.body);
  const auto said = json ? provider_error(*json) : std::string_view{};
  return {code_of_status(reply.status),
          "HTTP " + std::to_string(reply.status) + ": " + excerpt(said.empty() ? reply.body : said)};
}

void LlmClient::Completion::check_schema_and_finish() {
  auto& answer = progress_.answer;
  answer.input_tokens += earlier_input_tokens_;
  answer.output_tokens += earlier_output_tokens_;
  if (call_.request.response_schema.empty()) {
    finish(std::move(answer));
    return;
  }
  auto json = validated_json(answer.content, call_.request.response_schema);
  if (json) {
    answer.json = std::move(*json);
    finish(std::move(answer));
    return;
  }
  if (repaired_) {
    const bool cut = answer.finish_reason == "length";
    finish(fail(ErrorCode::kInvalid,
                json.error().text + (cut ? "; it was cut at max_tokens" : "") + ", also when asked again"));
    return;
  }
  repair(json.error().text);
}

void LlmClient::Completion::repair(const std::string& problem) {
  repaired_ = true;
  earlier_input_tokens_ = progress_.answer.input_tokens;
  earlier_output_tokens_ = progress_.answer.output_tokens;
  auto& request = call_.request;
  if (!progress_.answer.content.empty()) request.messages.push_back({"assistant", progress_.answer.content});
  request.messages.push_back(
      {"user", "That cannot be used: " + problem + ". Answer again with the corrected JSON value only."});
  request.stream = false;  // a second text after the first would only confuse whoever follows the parts
  send();
}

void LlmClient::Completion::finish(Result<LlmAnswer> result) {
  if (model_->endpoint) model_->meter->ended(result, std::chrono::steady_clock::now() - begun_);
  if (!result) {
    auto error = result.error();
    error.text = model_->label() + ": " + error.text;
    if (model_->endpoint) error.text = model_->endpoint->redactor().clean(std::move(error.text));
    result = fail(std::move(error));
  }
  const auto done = std::move(call_.done);
  call_.done = nullptr;
  call_.delta = nullptr;
  done(std::move(result));
}

}  // namespace agenthost::outbound

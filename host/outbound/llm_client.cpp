#include "host/outbound/llm_client.hpp"

#include "host/outbound/llm_completion.hpp"

namespace agenthost::outbound {
namespace {

Result<std::unique_ptr<LlmProvider>> make_provider(const std::string& key, const std::string& name) {
  if (name == "offline") return std::unique_ptr<LlmProvider>();
  if (name == "gemini") return make_gemini();
  if (name == "openai") return make_openai();
  if (name == "anthropic") return make_anthropic();
  return fail(ErrorCode::kInvalid,
              key + ".provider: \"" + name + "\" is none of gemini, openai, anthropic, offline");
}

// Servers at an address of the operator's own (Ollama, vLLM, a gateway) may need no key.
std::string why_off(const std::string& key, const settings::LlmModel& model) {
  if (model.provider == "offline") return key + ".provider is offline";
  if (model.model.empty()) return key + ".model is empty";
  if (model.api_key.empty() && model.base_url.empty()) {
    return key + ".api_key is empty; is its environment variable set?";
  }
  return {};
}

Result<std::shared_ptr<const Endpoint>> open_endpoint(const std::string& name, const LlmProvider& provider,
                                                      const settings::LlmModel& model) {
  auto service = provider.service(model);
  service.timeout_ms = model.timeout_ms;
  service.retries = model.retries;
  service.max_per_second = model.max_per_second;
  service.headers["content-type"] = "application/json";
  auto endpoint = Endpoint::open("llm." + name, service);
  if (!endpoint) return fail(ErrorCode::kInvalid, "llm.models." + endpoint.error().text.substr(4));
  return endpoint;
}

}  // namespace

LlmClient::~LlmClient() = default;

Result<std::unique_ptr<LlmClient>> LlmClient::open(HttpClient& http, Executor& work,
                                                   const settings::Llm& llm) {
  std::unique_ptr<LlmClient> client(new LlmClient(http, work));
  for (const auto& [name, settings] : llm.models) {
    const auto key = "llm.models." + name;
    auto provider = make_provider(key, settings.provider);
    if (!provider) return fail(provider.error());
    auto model = std::make_shared<Model>();
    model->name = name;
    model->settings = settings;
    model->provider = std::move(*provider);
    model->why_off = why_off(key, settings);
    if (model->why_off.empty()) {
      auto endpoint = open_endpoint(name, *model->provider, settings);
      if (!endpoint) return fail(endpoint.error());
      model->endpoint = std::move(*endpoint);
    }
    client->models_.emplace(name, std::move(model));
  }
  return client;
}

Result<std::shared_ptr<const LlmClient::Model>> LlmClient::find(std::string_view name) const {
  const auto found = models_.find(name.empty() ? std::string_view("default") : name);
  if (found != models_.end()) return found->second;
  return fail(ErrorCode::kInvalid, "llm: no model \"" + std::string(name) + "\"; add llm.models." +
                                       std::string(name) + " to agenthost.yaml");
}

bool LlmClient::is_online(std::string_view model) const {
  const auto found = find(model);
  return found && (*found)->endpoint != nullptr;
}

std::vector<std::string> LlmClient::warnings() const {
  std::vector<std::string> lines;
  for (const auto& [name, model] : models_) {
    if (model->provider && !model->endpoint) lines.push_back(model->label() + " is off: " + model->why_off);
  }
  return lines;
}

void LlmClient::complete(LlmCall call) {
  auto model = find(call.request.model);
  if (!model) {
    work_.post([done = std::move(call.done), error = model.error()] { done(fail(error)); });
    return;
  }
  auto completion = std::make_shared<Completion>(http_, work_, std::move(*model), std::move(call));
  work_.post([completion] { completion->begin(); });
}

void LlmClient::add_metrics(telemetry::MetricPage& page) const {
  using Kind = telemetry::MetricPage::Kind;
  const auto for_each_online = [&](const auto& show) {
    for (const auto& [name, model] : models_) {
      if (model->endpoint) show(name, *model->meter);
    }
  };
  page.family("agenthost_llm_calls_total", Kind::kCounter, "Completions asked of language models.");
  for_each_online([&](const std::string& name, const LlmMeter& meter) {
    page.sample({{"model", name}, {"outcome", "ok"}}, meter.succeeded);
    page.sample({{"model", name}, {"outcome", "failed"}}, meter.failed);
  });
  page.family("agenthost_llm_call_duration_seconds", Kind::kHistogram, "How long they took, with repairs.");
  for_each_online([&](const std::string& name, const LlmMeter& meter) {
    page.sample({{"model", name}}, meter.took);
  });
  page.family("agenthost_llm_tokens_total", Kind::kCounter, "Tokens, as far as the providers told.");
  for_each_online([&](const std::string& name, const LlmMeter& meter) {
    page.sample({{"model", name}, {"direction", "input"}}, meter.input_tokens);
    page.sample({{"model", name}, {"direction", "output"}}, meter.output_tokens);
  });
}

}  // namespace agenthost::outbound

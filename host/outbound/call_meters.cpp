#include "host/outbound/call_meters.hpp"

namespace agenthost::outbound {

using telemetry::MetricPage;

void CallMeters::ended(const std::string& name, const Result<HttpReply>& result,
                       std::chrono::nanoseconds took) {
  constexpr int kFirstRefusal = 400;
  const std::lock_guard lock(mutex_);
  auto& meter = meters_[name];
  meter.took.observe(took);
  if (!result) return meter.failed.add();
  (result->status < kFirstRefusal ? meter.answered : meter.refused).add();
}

void CallMeters::add_to(MetricPage& page) const {
  const std::lock_guard lock(mutex_);
  page.family("agenthost_outbound_calls_total", MetricPage::Kind::kCounter,
              "HTTP calls of plugins and models: ok, refused (status 400 and above), failed (no answer).");
  for (const auto& [name, meter] : meters_) {
    page.sample({{"service", name}, {"outcome", "ok"}}, meter.answered);
    page.sample({{"service", name}, {"outcome", "refused"}}, meter.refused);
    page.sample({{"service", name}, {"outcome", "failed"}}, meter.failed);
  }
  page.family("agenthost_outbound_call_duration_seconds", MetricPage::Kind::kHistogram,
              "How long they took, with retries and waiting for a turn.");
  for (const auto& [name, meter] : meters_) page.sample({{"service", name}}, meter.took);
}

void LlmMeter::ended(const Result<LlmAnswer>& result, std::chrono::nanoseconds duration) noexcept {
  took.observe(duration);
  if (!result) return failed.add();
  succeeded.add();
  const auto count = [](std::int64_t tokens) { return tokens > 0 ? static_cast<std::uint64_t>(tokens) : 0; };
  input_tokens.add(count(result->input_tokens));
  output_tokens.add(count(result->output_tokens));
}

}  // namespace agenthost::outbound

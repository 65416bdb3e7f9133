// agent.timer/1 on the host's timers: a sleep is one entry in an ordered map, not a thread.
#include "agenthost/ext/timer.h"

#include <algorithm>

#include "host/base/ids.hpp"
#include "host/outbound/cancel_token.hpp"
#include "host/plugins/extensions/extensions.hpp"

namespace agenthost::extensions {
namespace {

struct TimerService {
  Timers& timers;
};

// At most to just past the deadline, which ends the call anyway: keeps any 64-bit wish inside the clock's
// range.
std::chrono::nanoseconds bounded(std::uint64_t nanoseconds, std::chrono::steady_clock::time_point deadline) {
  constexpr std::uint64_t kLongest = 1'000'000'000ULL * 3600 * 24 * 365;
  const auto wish = std::chrono::nanoseconds(std::min(nanoseconds, kLongest));
  const auto now = std::chrono::steady_clock::now();
  if (deadline - now > std::chrono::nanoseconds(kLongest)) return wish;
  return std::clamp<std::chrono::nanoseconds>(deadline - now + std::chrono::seconds(1),
                                              std::chrono::nanoseconds(0), wish);
}

agent_status timer_sleep(agent_task* task, std::uint64_t token, std::uint64_t nanoseconds) noexcept {
  const auto service =
      std::static_pointer_cast<TimerService>(plugins::extension_instance(task, AGENT_EXT_TIMER));
  if (!service) return AGENT_NOT_FOUND;
  const auto cancel = std::make_shared<outbound::CancelToken>();
  const auto call = plugins::begin_call(task, token, [cancel] { cancel->cancel(); });
  if (!call) return AGENT_NOT_FOUND;
  const auto id = service->timers.after(bounded(nanoseconds, call->deadline()),
                                        [call] { call->finish(AGENT_OK, "null"); });
  cancel->on_cancel([service, id] { service->timers.cancel(id); });
  return AGENT_OK;
}

std::int64_t timer_now_us(agent_host*) noexcept {
  return now_us();
}

constexpr agent_timer_api kTimerTable{AGENT_SIZE(agent_timer_api, now_us), 0, &timer_sleep, &timer_now_us};

}  // namespace

plugins::Extension make_timer_extension(Timers& timers) {
  return {AGENT_EXT_TIMER, &kTimerTable, std::make_shared<TimerService>(TimerService{timers}), {}};
}

}  // namespace agenthost::extensions

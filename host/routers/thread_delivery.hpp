// ThreadDelivery: one client following a thread through server-sent events, from run to run, until it goes.
// Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "host/routers/heartbeat.hpp"
#include "host/routers/http.hpp"
#include "host/services/thread_tape.hpp"

namespace agenthost::routers {

// Protocol v2: the kept events behind `since` that the filter shows, then live ones.
void deliver_tape(const ExchangePtr& exchange, const std::shared_ptr<services::ThreadTape>& tape,
                  services::V2Filter filter, std::uint64_t since, Heartbeat& heartbeat);

// The way of before: the runs' own events. after: nullopt = live only.
using JoinKinds = std::set<services::JoinEvent::Kind>;
void deliver_joined(const ExchangePtr& exchange, const std::shared_ptr<services::ThreadTape>& tape,
                    JoinKinds kinds, std::optional<std::uint64_t> after, Heartbeat& heartbeat);

}  // namespace agenthost::routers

#include "host/routers/heartbeat.hpp"

#include <vector>

namespace agenthost::routers {

Heartbeat::Heartbeat(Timers& timers, std::chrono::milliseconds interval)
    : state_(std::make_shared<State>(timers, interval)) {
  state_->arm();
}

Heartbeat::~Heartbeat() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
}

Heartbeat::Id Heartbeat::add(std::weak_ptr<Beating> one) {
  const std::lock_guard lock(state_->mutex);
  const auto id = state_->next_id++;
  state_->members.emplace(id, std::move(one));
  return id;
}

void Heartbeat::remove(Id id) {
  const std::lock_guard lock(state_->mutex);
  state_->members.erase(id);
}

void Heartbeat::State::arm() {
  timers.after(interval, [self = shared_from_this()] { self->beat_all(); });
}

void Heartbeat::State::beat_all() {
  std::vector<std::shared_ptr<Beating>> alive;
  {
    const std::lock_guard lock(mutex);
    if (stopped) return;
    for (auto member = members.begin(); member != members.end();) {
      if (auto one = member->second.lock()) {
        alive.push_back(std::move(one));
        ++member;
      } else {
        member = members.erase(member);
      }
    }
  }
  for (const auto& one : alive) one->beat();
  arm();
}

}  // namespace agenthost::routers

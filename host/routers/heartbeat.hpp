// Heartbeat: reminds every open stream and every long wait, at one steady beat, that the server is there.
// Clients measure the beat of a stream and reconnect when it stops. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "host/base/executor.hpp"

namespace agenthost::routers {

struct Beating {
  virtual ~Beating() = default;
  virtual void beat() = 0;
};

class Heartbeat {
 public:
  using Id = std::uint64_t;

  Heartbeat(Timers& timers, std::chrono::milliseconds interval);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // Beats `one` until remove() or until it is gone.
  Id add(std::weak_ptr<Beating> one);
  void remove(Id id);

 private:
  struct State : std::enable_shared_from_this<State> {
    State(Timers& on, std::chrono::milliseconds every) : timers(on), interval(every) {}
    void arm();
    void beat_all();

    Timers& timers;
    const std::chrono::milliseconds interval;
    std::mutex mutex;
    // Guarded by mutex
    std::unordered_map<Id, std::weak_ptr<Beating>> members;
    Id next_id = 1;
    bool stopped = false;
  };
  // Shared because: a beat under way outlives the object.
  const std::shared_ptr<State> state_;
};

}  // namespace agenthost::routers

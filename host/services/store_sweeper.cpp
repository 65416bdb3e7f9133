#include "host/services/store_sweeper.hpp"

#include <atomic>

namespace agenthost::services {

struct StoreSweeper::State : std::enable_shared_from_this<State> {
  State(storage::Storage& in, Timers& on, telemetry::Logger& to, std::chrono::milliseconds every)
      : storage(in), timers(on), logger(to), interval(every) {}

  void look_soon() {
    storage.readers().post([self = shared_from_this()] {
      if (!self->stopped) self->look();
    });
  }

  // On a reader thread.
  void look() {
    const auto now = now_us();
    const auto next = storage.next_store_expiry();
    if (!next) logger.error("store", "cannot look for items whose time is over: " + next.error().text);
    if (!next || !*next || **next > now) return rest();
    storage::Batch batch;
    batch.push_back(storage::SweepStore{now});
    storage.write(std::move(batch), [self = shared_from_this()](const Status& swept) {
      if (swept) return self->look_soon();
      if (!self->stopped) {
        self->logger.error("store", "cannot delete items whose time is over: " + swept.error().text);
      }
      self->rest();
    });
  }

  void rest() {
    if (stopped) return;
    timers.after(interval, [self = weak_from_this()] {
      if (const auto state = self.lock(); state && !state->stopped) state->look_soon();
    });
  }

  // Constant after construction
  storage::Storage& storage;
  Timers& timers;
  telemetry::Logger& logger;
  const std::chrono::milliseconds interval;

  std::atomic<bool> stopped{false};
};

StoreSweeper::StoreSweeper(storage::Storage& storage, Timers& timers, telemetry::Logger& logger,
                           std::chrono::milliseconds interval)
    : state_(std::make_shared<State>(storage, timers, logger, interval)) {}

StoreSweeper::~StoreSweeper() {
  stop();
}

void StoreSweeper::start() {
  state_->look_soon();
}

void StoreSweeper::stop() {
  state_->stopped = true;
}

}  // namespace agenthost::services

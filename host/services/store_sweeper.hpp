// StoreSweeper: deletes items of the store whose time is over, in portions, so that other writes get their
// turn. Thread-safe; nothing in it waits.
#pragma once

#include <chrono>
#include <memory>

#include "host/base/executor.hpp"
#include "host/storage/storage.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::services {

class StoreSweeper {
 public:
  StoreSweeper(storage::Storage& storage, Timers& timers, telemetry::Logger& logger,
               std::chrono::milliseconds interval);
  ~StoreSweeper();
  StoreSweeper(const StoreSweeper&) = delete;
  StoreSweeper& operator=(const StoreSweeper&) = delete;

  // The first sweep is at once.
  void start();
  // Begins no sweep any more. Idempotent.
  void stop();

 private:
  struct State;
  // Shared because: a sweep under way outlives the object.
  const std::shared_ptr<State> state_;
};

}  // namespace agenthost::services

// SubagentDoor: the run service as plugins reach it: stateless runs, JSON texts in and out. Thread-safe once
// connected.
#pragma once

#include "host/base/executor.hpp"
#include "host/plugins/extensions/subagent_access.hpp"
#include "host/services/run_service.hpp"

namespace agenthost::app {

class SubagentDoor final : public extensions::SubagentAccess {
 public:
  explicit SubagentDoor(Executor& readers) : readers_(readers) {}

  // Before the first run: plugins are loaded before the run service is there.
  void connect(services::RunService& runs) { runs_ = &runs; }

  void run(extensions::SubagentCall call) override;

 private:
  void start(const extensions::SubagentCall& call);

  Executor& readers_;
  services::RunService* runs_ = nullptr;  // constant after connect()
};

}  // namespace agenthost::app

// StoreDoor: the store service as plugins reach it: JSON texts in and out, reads on the reader threads.
// Thread-safe.
#pragma once

#include "host/base/executor.hpp"
#include "host/plugins/extensions/store_access.hpp"
#include "host/services/store_service.hpp"

namespace agenthost::app {

class StoreDoor final : public extensions::StoreAccess {
 public:
  StoreDoor(services::StoreService& store, Executor& readers) : store_(store), readers_(readers) {}

  void call(extensions::StoreOperation operation, std::string request, Answer answer) override;

 private:
  void answer_now(extensions::StoreOperation operation, const std::string& request, const Answer& answer);

  services::StoreService& store_;
  Executor& readers_;
};

}  // namespace agenthost::app

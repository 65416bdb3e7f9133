// CronService: crons as clients make, change and find them. Thread-safe; calls that read may block on the
// disk (reader threads).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/services/assistant_service.hpp"
#include "host/services/cron_scheduler.hpp"
#include "host/services/run_service.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::services {

class CronService {
 public:
  CronService(storage::Storage& storage, AssistantService& assistants, RunService& runs,
              CronScheduler& scheduler);

  // cron as models::CronRequest::create gives it, perhaps with a thread. kNotFound assistant or thread,
  // kInvalid webhook.
  void create(models::Cron cron, Reply<models::Cron> reply);
  // kNotFound, kInvalid; kConflict when it changes under us.
  void update(std::string_view id, const JsonValue& patch, Reply<models::Cron> reply);
  void remove(const std::string& id, Reply<std::monostate> reply);

  [[nodiscard]] Result<models::Cron> get(std::string_view id) { return storage_.cron(id); }
  // The assistant as a client names it.
  [[nodiscard]] Result<storage::Found<models::Cron>> search(storage::CronFilter filter, storage::Page page);

 private:
  [[nodiscard]] Status check_run(const models::Cron& cron) const;
  void write(storage::Write write, models::Cron cron, Reply<models::Cron> reply);

  storage::Storage& storage_;
  AssistantService& assistants_;
  RunService& runs_;
  CronScheduler& scheduler_;
};

}  // namespace agenthost::services

#include "host/services/cron_service.hpp"

#include "host/models/cron_request.hpp"

namespace agenthost::services {

CronService::CronService(storage::Storage& storage, AssistantService& assistants, RunService& runs,
                         CronScheduler& scheduler)
    : storage_(storage), assistants_(assistants), runs_(runs), scheduler_(scheduler) {}

// What the run would be refused for, said now and not at night.
Status CronService::check_run(const models::Cron& cron) const {
  const auto payload = parse_json(cron.payload);
  if (!payload) return fail(payload.error());
  const auto request = models::RunRequest::from_json(*payload);
  if (!request) return fail(request.error());
  return runs_.check_webhook(*request);
}

void CronService::create(models::Cron cron, Reply<models::Cron> reply) {
  const auto assistant = assistants_.resolve(cron.assistant_id);
  if (!assistant) return reply(fail(assistant.error()));
  if (auto good = check_run(cron); !good) return reply(fail(good.error()));
  cron.cron_id = new_uuid7();
  cron.assistant_id = assistant->assistant_id;
  cron.created_at = cron.updated_at = scheduler_.now();
  const auto next = next_run(cron, cron.created_at);
  if (!next) return reply(fail(next.error()));
  cron.next_run = *next;
  auto row = cron;
  write(storage::InsertCron{std::move(row)}, std::move(cron), std::move(reply));
}

void CronService::update(std::string_view id, const JsonValue& patch, Reply<models::Cron> reply) {
  const auto stored = storage_.cron(id);
  if (!stored) return reply(fail(stored.error()));
  auto cron = models::CronRequest::patch(patch, *stored);
  if (!cron) return reply(fail(cron.error()));
  if (auto good = check_run(*cron); !good) return reply(fail(good.error()));
  // Never the same twice, so that a change in between is seen.
  cron->updated_at = std::max(scheduler_.now(), stored->updated_at + 1);
  const bool same_times = cron->schedule == stored->schedule && cron->timezone == stored->timezone &&
                          cron->end_time == stored->end_time && cron->enabled == stored->enabled;
  if (!same_times) {
    const auto next = next_run(*cron, cron->updated_at);
    if (!next) return reply(fail(next.error()));
    cron->next_run = *next;
  }
  auto row = *cron;
  write(storage::UpdateCron{std::move(row), {stored->updated_at, stored->next_run}}, std::move(*cron),
        std::move(reply));
}

void CronService::write(storage::Write write, models::Cron cron, Reply<models::Cron> reply) {
  storage::Batch batch;
  batch.push_back(std::move(write));
  storage_.write(std::move(batch), [this, cron = std::move(cron), reply](const Status& written) {
    if (!written) return reply(fail(written.error()));
    scheduler_.look_soon();
    reply(cron);
  });
}

void CronService::remove(const std::string& id, Reply<std::monostate> reply) {
  storage::Batch batch;
  batch.push_back(storage::DeleteCron{id});
  storage_.write(std::move(batch), [reply](const Status& written) {
    if (!written) return reply(fail(written.error()));
    reply(std::monostate{});
  });
}

Result<storage::Found<models::Cron>> CronService::search(storage::CronFilter filter, storage::Page page) {
  if (filter.assistant_id) {
    const auto assistant = assistants_.resolve(*filter.assistant_id);
    if (!assistant && assistant.error().code != ErrorCode::kNotFound) return fail(assistant.error());
    // Of an assistant that is not there nothing is found.
    if (assistant) filter.assistant_id = assistant->assistant_id;
  }
  return storage_.crons(filter, page);
}

}  // namespace agenthost::services

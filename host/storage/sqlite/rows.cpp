#include "host/storage/sqlite/rows.hpp"

#include "host/storage/sqlite/checkpoint_codec.hpp"

namespace agenthost::storage {
namespace {

// For a word from another program's hand: what can be lost least.
constexpr auto kSafeStrategy = models::TtlStrategy::kKeepLatest;

Error missing(std::string_view what, std::string_view id) {
  return Error{ErrorCode::kNotFound, std::string(what) + " with ID " + std::string(id) + " not found"};
}

}  // namespace

models::Assistant assistant_row(const Query& query) {
  models::Assistant assistant;
  assistant.assistant_id = query.text(0);
  assistant.graph_id = query.text(1);
  assistant.name = query.text(2);
  assistant.description = query.maybe_text(3);
  assistant.version = static_cast<int>(query.integer(4));
  assistant.config = query.text(5);
  assistant.context = query.text(6);
  assistant.metadata = query.text(7);
  assistant.created_at = query.integer(8);
  assistant.updated_at = query.integer(9);
  return assistant;
}

models::Thread thread_row(const Query& query) {
  models::Thread thread;
  thread.thread_id = query.text(0);
  thread.created_at = query.integer(1);
  thread.updated_at = query.integer(2);
  thread.state_updated_at = query.integer(3);
  thread.metadata = query.text(4);
  // An unknown word can only come from another program's hand; the model's default is the harmless reading.
  thread.status = models::thread_status_from(query.text(5)).value_or(thread.status);
  thread.config = query.text(6);
  thread.interrupts = query.text(7);
  thread.error = query.text(8);
  if (const auto strategy = query.maybe_text(10)) {
    thread.ttl = models::Ttl{query.real(9), models::ttl_strategy_from(*strategy).value_or(kSafeStrategy),
                             query.integer(11)};
  }
  return thread;
}

models::Run run_row(const Query& query) {
  models::Run run;
  run.run_id = query.text(0);
  run.thread_id = query.text(1);
  run.assistant_id = query.text(2);
  run.created_at = query.integer(3);
  run.updated_at = query.integer(4);
  // Not pending, the default, which would start it again.
  run.status = models::run_status_from(query.text(5)).value_or(models::RunStatus::kError);
  run.multitask_strategy = models::multitask_strategy_from(query.text(6)).value_or(run.multitask_strategy);
  run.attempts = static_cast<int>(query.integer(7));
  run.metadata = query.text(8);
  run.error = query.text(9);
  run.kwargs = query.text(10);
  run.cancel_reason = query.maybe_text(11);
  return run;
}

models::Cron cron_row(const Query& query) {
  models::Cron cron;
  cron.cron_id = query.text(0);
  cron.assistant_id = query.text(1);
  cron.thread_id = query.maybe_text(2);
  cron.on_run_completed =
      query.text(3) == "keep" ? models::OnCompletion::kKeep : models::OnCompletion::kDelete;
  cron.schedule = query.text(4);
  cron.timezone = query.maybe_text(5);
  cron.end_time = query.maybe_integer(6);
  cron.created_at = query.integer(7);
  cron.updated_at = query.integer(8);
  cron.payload = query.text(9);
  cron.next_run = query.maybe_integer(10);
  cron.metadata = query.text(11);
  cron.enabled = query.integer(12) != 0;
  return cron;
}

Result<models::Checkpoint> checkpoint_row(const Query& query) {
  models::Checkpoint checkpoint;
  checkpoint.thread_id = query.text(0);
  checkpoint.checkpoint_ns = query.text(1);
  checkpoint.checkpoint_id = query.text(2);
  checkpoint.parent_id = query.text(3);
  checkpoint.run_id = query.text(4);
  checkpoint.step = static_cast<int>(query.integer(5));
  checkpoint.source = query.text(6);
  checkpoint.created_at = query.integer(7);
  checkpoint.metadata = query.text(8);
  auto channels = decode_channels(query.text(9));
  if (!channels) return fail(channels.error());
  auto tasks = decode_tasks(query.text(10));
  if (!tasks) return fail(tasks.error());
  checkpoint.channels = std::move(*channels);
  checkpoint.tasks = std::move(*tasks);
  auto written_by = decode_names(query.text(11));
  if (!written_by) return fail(written_by.error());
  checkpoint.written_by = std::move(*written_by);
  return checkpoint;
}

Error assistant_missing(std::string_view id) {
  return missing("Assistant", id);
}
Error thread_missing(std::string_view id) {
  return missing("Thread", id);
}
Error run_missing(std::string_view id) {
  return missing("Run", id);
}
Error cron_missing(std::string_view id) {
  return missing("Cron", id);
}
Error checkpoint_missing(std::string_view id) {
  return missing("Checkpoint", id);
}
Error webhook_missing(std::string_view id) {
  return missing("Webhook", id);
}

}  // namespace agenthost::storage

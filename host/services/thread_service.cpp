#include "host/services/thread_service.hpp"

#include <algorithm>

namespace agenthost::services {
namespace {
storage::Batch one(storage::Write write) {
  storage::Batch batch;
  batch.push_back(std::move(write));
  return batch;
}
}  // namespace

ThreadService::ThreadService(storage::Storage& storage, RunScheduler& scheduler)
    : storage_(storage), scheduler_(scheduler) {}

void ThreadService::create(models::Thread thread, IfExists if_exists, Reply<ThreadView> reply) {
  auto row = thread;
  storage_.write(one(storage::InsertThread{std::move(row)}),
                 [this, thread = std::move(thread), if_exists, reply](const Status& written) {
                   if (written) return reply(ThreadView{thread});
                   const bool there = written.error().code == ErrorCode::kAlreadyExists;
                   if (!there || if_exists == IfExists::kRaise) return reply(fail(written.error()));
                   storage_.readers().post([this, id = thread.thread_id, reply] { reply(get(id)); });
                 });
}

Result<ThreadView> ThreadService::view(models::Thread thread) {
  const auto latest = storage_.latest_checkpoint(thread.thread_id, "");
  if (!latest) return fail(latest.error());
  ThreadView result{std::move(thread)};
  if (*latest) result.values = values_json(**latest);
  return result;
}

Result<ThreadView> ThreadService::get(std::string_view id) {
  auto thread = storage_.thread(id);
  if (!thread) return fail(thread.error());
  return view(std::move(*thread));
}

Result<storage::Found<ThreadView>> ThreadService::search(const storage::ThreadFilter& filter,
                                                         storage::Page page) {
  auto threads = storage_.threads(filter, page);
  if (!threads) return fail(threads.error());
  storage::Found<ThreadView> found;
  found.total = threads->total;
  for (auto& thread : threads->rows) {
    auto row = view(std::move(thread));
    if (!row) return fail(row.error());
    found.rows.push_back(std::move(*row));
  }
  return found;
}

void ThreadService::merge_metadata(const std::string& id, std::string metadata, Reply<ThreadView> reply) {
  storage::UpdateThread change;
  change.thread_id = id;
  change.now = now_us();
  change.merge_metadata = std::move(metadata);
  storage_.write(one(std::move(change)), [this, id, reply](const Status& written) {
    if (!written) return reply(fail(written.error()));
    storage_.readers().post([this, id, reply] { reply(get(id)); });
  });
}

void ThreadService::remove(const std::string& id, Reply<std::monostate> reply) {
  scheduler_.drain_thread(id, [this, id, reply] {
    storage_.write(one(storage::DeleteThread{id}), [this, id, reply](const Status& written) {
      scheduler_.release_thread(id);
      if (!written) return reply(fail(written.error()));
      reply(std::monostate{});
    });
  });
}

Result<std::optional<models::Checkpoint>> ThreadService::state(std::string_view id) {
  if (const auto thread = storage_.thread(id); !thread) return fail(thread.error());
  return storage_.latest_checkpoint(id, "");
}

Result<models::Checkpoint> ThreadService::state_at(std::string_view id, std::string_view ns,
                                                   std::string_view checkpoint_id) {
  if (const auto thread = storage_.thread(id); !thread) return fail(thread.error());
  return storage_.checkpoint(id, ns, checkpoint_id);
}

Result<std::vector<models::Checkpoint>> ThreadService::history(std::string_view id,
                                                               const storage::CheckpointFilter& filter) {
  if (const auto thread = storage_.thread(id); !thread) return fail(thread.error());
  return storage_.history(id, filter);
}

Result<std::string> ThreadService::messages(std::string_view id) {
  const auto checkpoint = state(id);
  if (!checkpoint) return fail(checkpoint.error());
  if (!*checkpoint) return std::string("[]");
  const auto& channels = (*checkpoint)->channels;
  const auto found = std::find_if(channels.begin(), channels.end(),
                                  [](const auto& value) { return value.channel == "messages"; });
  return found == channels.end() ? std::string("[]") : *found->value;
}

}  // namespace agenthost::services

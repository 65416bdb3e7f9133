#include "host/services/store_service.hpp"

namespace agenthost::services {
namespace {

constexpr double kMicrosPerMinute = 60'000'000.0;

void write_and_tell(storage::Storage& storage, storage::Write write, Reply<std::monostate> reply) {
  storage::Batch batch;
  batch.push_back(std::move(write));
  storage.write(std::move(batch), [reply = std::move(reply)](const Status& written) {
    if (!written) return reply(fail(written.error()));
    reply(std::monostate{});
  });
}

}  // namespace

StoreService::StoreService(storage::Storage& storage, StoreOptions options)
    : storage_(storage), options_(options) {}

void StoreService::put(models::StorePut put, Reply<std::monostate> reply) {
  if (auto good = models::check_own_namespace(put.name_space); !good) return reply(fail(good.error()));
  const auto now = now_us();
  storage::PutStoreItem write;
  write.item = {std::move(put.name_space), std::move(put.key), std::move(put.value), now, now, false};
  write.ttl = options_.ttl;
  if (put.ttl_minutes) write.ttl = static_cast<Micros>(*put.ttl_minutes * kMicrosPerMinute);
  write_and_tell(storage_, std::move(write), std::move(reply));
}

void StoreService::remove(models::StoreKey key, Reply<std::monostate> reply) {
  write_and_tell(storage_, storage::DeleteStoreItem{std::move(key.name_space), std::move(key.key)},
                 std::move(reply));
}

Result<std::optional<models::StoreItem>> StoreService::get(const models::StoreKey& key) {
  const auto now = now_us();
  auto item = storage_.store_item(key.name_space, key.key, now);
  if (item && *item) refresh({**item}, key.refresh, now);
  return item;
}

Result<std::vector<models::StoreItem>> StoreService::search(const models::StoreSearch& search) {
  const auto now = now_us();
  auto items = storage_.store_items({search.prefix, search.filter, now}, {search.limit, search.offset});
  if (items) refresh(*items, search.refresh, now);
  return items;
}

Result<std::vector<models::Namespace>> StoreService::namespaces(const models::NamespaceSearch& search) {
  return storage_.store_namespaces({search.prefix, search.suffix, search.max_depth, now_us()},
                                   {search.limit, search.offset});
}

// Nobody waits for it: when it is lost with a crash, an item dies at the time it was promised before.
void StoreService::refresh(const std::vector<models::StoreItem>& items, models::RefreshTtl wish, Micros now) {
  const auto choice = wish == models::RefreshTtl::kDefault ? options_.refresh_ttl : wish;
  if (choice != models::RefreshTtl::kYes) return;
  storage::RefreshStoreItems write;
  write.now = now;
  for (const auto& item : items) {
    if (item.expires) write.items.push_back({item.name_space, item.key});
  }
  if (write.items.empty()) return;
  storage::Batch batch;
  batch.push_back(std::move(write));
  storage_.write(std::move(batch), [](const Status&) {});
}

}  // namespace agenthost::services

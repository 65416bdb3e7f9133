// StoreService: what agents and clients keep across threads, by namespace and key, as long as its time lasts.
// Thread-safe; get, search and namespaces block on the disk (reader threads).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/models/store_request.hpp"
#include "host/services/assistant_service.hpp"
#include "host/storage/storage.hpp"

namespace agenthost::services {

struct StoreOptions {
  std::optional<Micros> ttl = {};  // of items that are put without one; absent: for ever
  models::RefreshTtl refresh_ttl = models::RefreshTtl::kYes;  // of reads that do not say; not kDefault
};

class StoreService {
 public:
  StoreService(storage::Storage& storage, StoreOptions options);

  // Replies once it is on disk. kInvalid: see models::check_own_namespace.
  void put(models::StorePut put, Reply<std::monostate> reply);
  // Also when there was none.
  void remove(models::StoreKey key, Reply<std::monostate> reply);

  [[nodiscard]] Result<std::optional<models::StoreItem>> get(const models::StoreKey& key);
  // Last changed first.
  [[nodiscard]] Result<std::vector<models::StoreItem>> search(const models::StoreSearch& search);
  [[nodiscard]] Result<std::vector<models::Namespace>> namespaces(const models::NamespaceSearch& search);

 private:
  void refresh(const std::vector<models::StoreItem>& items, models::RefreshTtl wish, Micros now);

  storage::Storage& storage_;
  const StoreOptions options_;
};

}  // namespace agenthost::services

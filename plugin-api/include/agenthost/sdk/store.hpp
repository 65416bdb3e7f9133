// The store: JSON objects that outlive a thread, under a namespace and a key, shared by all agents and
// clients of the server. Thread-safe.
//
//   const agent::Namespace memories{"users", user_id, "memories"};
//   const agent::Json memory{{"likes", "tea"}};
//   co_await ctx.store().put(memories, "drink", memory);
//   std::optional<agent::Json> found = co_await ctx.store().get(memories, "drink");
//
// Failure throws agent::Error: kInvalid (a label with a period, a value that is no object), kExhausted (too
// large), kDenied (without agent.store/1), kUnavailable, kDeadline, kCancelled. A node may run again after a
// crash, so a put should be safe to repeat: choose keys that are the same again.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/task.hpp"

namespace agent {

namespace detail {
class Execution;
}

// Labels, from the widest to the narrowest. Name it first: gcc 12 cannot take a braced list inside co_await.
using Namespace = std::vector<std::string>;

struct StoreItem {
  Namespace name_space = {};
  std::string key = {};
  Json value = {};
  std::string created_at = {};  // as ISO 8601
  std::string updated_at = {};
};

struct StoreSearch {
  Json filter = {};  // {"field": value} or {"field": {"$gt": value}}; see ext/store.h
  unsigned limit = 10;
  unsigned offset = 0;
};

struct NamespaceSearch {
  Namespace prefix = {};  // "*" stands for any one label, here and in suffix
  Namespace suffix = {};
  unsigned max_depth = 0;  // longer ones are cut to so many labels; 0 = none is
  unsigned limit = 100;
  unsigned offset = 0;
};

class Store {
 public:
  explicit Store(std::shared_ptr<detail::Execution> execution) : execution_(std::move(execution)) {}

  // value must be an object; it replaces what was there. Done once it is on disk.
  [[nodiscard]] Task<void> put(const Namespace& name_space, std::string key, const Json& value) const;
  // The same, forgotten after so long without a read.
  [[nodiscard]] Task<void> put(const Namespace& name_space, std::string key, const Json& value,
                               std::chrono::seconds ttl) const;
  // The value, or nothing.
  [[nodiscard]] Task<std::optional<Json>> get(const Namespace& name_space, std::string key) const;
  // Also when there is none.
  [[nodiscard]] Task<void> remove(const Namespace& name_space, std::string key) const;

  // What lies in and below a namespace, last changed first: the first ten, or as the search says.
  [[nodiscard]] Task<std::vector<StoreItem>> search(const Namespace& prefix) const;
  [[nodiscard]] Task<std::vector<StoreItem>> search(const Namespace& prefix, const StoreSearch& search) const;
  // Namespaces in use, in order.
  [[nodiscard]] Task<std::vector<Namespace>> namespaces(const NamespaceSearch& search) const;

  // Deleted: name the search first. gcc 12 copies aggregates made inside a co_await expression bit by bit.
  Task<std::vector<StoreItem>> search(const Namespace&, StoreSearch&&) const = delete;
  Task<std::vector<Namespace>> namespaces(NamespaceSearch&&) const = delete;

  // Whether this plugin has agent.store/1.
  [[nodiscard]] bool is_granted() const;

 private:
  std::shared_ptr<detail::Execution>
      execution_;  // shared because: a call may outlive the Context it came from
};

}  // namespace agent

#include "agenthost/sdk/detail/store_calls.hpp"

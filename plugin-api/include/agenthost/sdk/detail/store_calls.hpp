// The bodies of Store: agent.store/1 in coroutines. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agenthost/sdk/detail/host_call.hpp"
#include "agenthost/sdk/store.hpp"

namespace agent {
namespace detail {

using StoreFunction = decltype(agent_store_api::get) agent_store_api::*;

inline Json store_address(const Namespace& name_space, std::string key) {
  return {{"namespace", name_space}, {"key", std::move(key)}};
}

inline StoreItem read_store_item(const Json& json) {
  StoreItem item;
  item.name_space = json.value("namespace", Namespace());
  item.key = json.value("key", std::string());
  item.value = json.value("value", Json::object());
  item.created_at = json.value("created_at", std::string());
  item.updated_at = json.value("updated_at", std::string());
  return item;
}

// Free functions with everything by value: the Store object it came from may be gone before they run.
inline Task<Json> call_store(std::shared_ptr<Execution> execution, StoreFunction function, Json request) {
  const agent_store_api& store = granted(execution->services().store, AGENT_EXT_STORE);
  const std::string text = to_text(request);
  HostCall call(*execution, "the store", [&](std::uint64_t token) {
    return (store.*function)(execution->task(), token, borrow(text));
  });
  const Reply reply = co_await call;
  co_return parse_json(reply.text, AGENT_EXT_STORE);
}

inline Task<void> change_store(std::shared_ptr<Execution> execution, StoreFunction function, Json request) {
  co_await call_store(std::move(execution), function, std::move(request));
}

inline Task<std::optional<Json>> get_from_store(std::shared_ptr<Execution> execution, Json request) {
  const Json item = co_await call_store(std::move(execution), &agent_store_api::get, std::move(request));
  if (item.is_null()) co_return std::nullopt;
  co_return read_store_item(item).value;
}

inline Task<std::vector<StoreItem>> search_store(std::shared_ptr<Execution> execution, Json request) {
  const Json found = co_await call_store(std::move(execution), &agent_store_api::search, std::move(request));
  std::vector<StoreItem> items;
  for (const Json& item : found.value("items", Json::array())) items.push_back(read_store_item(item));
  co_return items;
}

inline Task<std::vector<Namespace>> list_namespaces(std::shared_ptr<Execution> execution, Json request) {
  const Json found =
      co_await call_store(std::move(execution), &agent_store_api::namespaces, std::move(request));
  co_return found.value("namespaces", std::vector<Namespace>());
}

}  // namespace detail

inline Task<void> Store::put(const Namespace& name_space, std::string key, const Json& value) const {
  Json request = detail::store_address(name_space, std::move(key));
  request["value"] = value;
  return detail::change_store(execution_, &agent_store_api::put, std::move(request));
}

inline Task<void> Store::put(const Namespace& name_space, std::string key, const Json& value,
                             std::chrono::seconds ttl) const {
  Json request = detail::store_address(name_space, std::move(key));
  request["value"] = value;
  request["ttl"] = static_cast<double>(ttl.count()) / 60;  // the store counts minutes
  return detail::change_store(execution_, &agent_store_api::put, std::move(request));
}

inline Task<std::optional<Json>> Store::get(const Namespace& name_space, std::string key) const {
  return detail::get_from_store(execution_, detail::store_address(name_space, std::move(key)));
}

inline Task<void> Store::remove(const Namespace& name_space, std::string key) const {
  return detail::change_store(execution_, &agent_store_api::remove,
                              detail::store_address(name_space, std::move(key)));
}

inline Task<std::vector<StoreItem>> Store::search(const Namespace& prefix) const {
  const StoreSearch everything;
  return search(prefix, everything);
}

inline Task<std::vector<StoreItem>> Store::search(const Namespace& prefix, const StoreSearch& search) const {
  Json request{{"namespace_prefix", prefix}, {"limit", search.limit}, {"offset", search.offset}};
  if (!search.filter.is_null()) request["filter"] = search.filter;
  return detail::search_store(execution_, std::move(request));
}

inline Task<std::vector<Namespace>> Store::namespaces(const NamespaceSearch& search) const {
  Json request{{"prefix", search.prefix},
               {"suffix", search.suffix},
               {"limit", search.limit},
               {"offset", search.offset}};
  if (search.max_depth > 0) request["max_depth"] = search.max_depth;
  return detail::list_namespaces(execution_, std::move(request));
}

inline bool Store::is_granted() const {
  return execution_->services().store != nullptr;
}

}  // namespace agent

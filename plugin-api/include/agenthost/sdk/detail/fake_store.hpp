// FakeStore: what agent.store/1 answers in an author's own tests: a map. Items live until they are removed,
// and filters know equality alone. Thread-safe.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agenthost/sdk/error.hpp"
#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/store.hpp"

namespace agent::testing {

class FakeStore {
 public:
  void put(const Namespace& name_space, const std::string& key, const Json& value) {
    const std::string text = to_text(Json(name_space));
    if (name_space.empty()) throw Error(Code::kInvalid, "Namespace is required");
    for (const std::string& label : name_space) {
      if (label.empty() || label.find('.') != std::string::npos)
        throw Error(Code::kInvalid, "Namespace labels cannot be empty or contain periods. Received: " + text);
    }
    if (!value.is_object()) throw Error(Code::kInvalid, "value: must be an object");
    const std::lock_guard lock(mutex_);
    items_[{name_space, key}] = {++changes_, value};
  }
  std::optional<Json> get(const Namespace& name_space, const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = items_.find({name_space, key});
    if (found == items_.end()) return std::nullopt;
    return found->second.value;
  }
  void remove(const Namespace& name_space, const std::string& key) {
    const std::lock_guard lock(mutex_);
    items_.erase({name_space, key});
  }
  Json search(const Json& request) const {
    const Namespace prefix = request.value("namespace_prefix", Namespace());
    const Json filter = request.value("filter", Json::object());
    const std::lock_guard lock(mutex_);
    std::vector<const Items::value_type*> found;
    for (const auto& item : items_) {
      if (begins_with(item.first.first, prefix) && passes(item.second.value, filter)) found.push_back(&item);
    }
    std::sort(found.begin(), found.end(),
              [](const auto* a, const auto* b) { return a->second.changed > b->second.changed; });
    Json items = Json::array();
    const auto offset = request.value("offset", std::size_t{0});
    for (std::size_t i = offset; i < found.size() && items.size() < request.value("limit", std::size_t{10});
         ++i)
      items.push_back(item_json(*found[i]));
    return {{"items", items}};
  }
  Json namespaces(const Json& request) const {
    const Namespace prefix = request.value("prefix", Namespace());
    const Namespace suffix = request.value("suffix", Namespace());
    const auto depth = request.value("max_depth", std::string::npos);
    const std::lock_guard lock(mutex_);
    std::vector<Namespace> found;
    for (const auto& [address, item] : items_) {
      Namespace labels = address.first;
      Namespace reversed(labels.rbegin(), labels.rend());
      if (!begins_with(labels, prefix) || !begins_with(reversed, {suffix.rbegin(), suffix.rend()})) continue;
      labels.resize(std::min(labels.size(), depth));
      if (found.empty() || found.back() != labels) found.push_back(std::move(labels));
    }
    Json page = Json::array();
    for (std::size_t i = request.value("offset", std::size_t{0});
         i < found.size() && page.size() < request.value("limit", std::size_t{100}); ++i)
      page.push_back(found[i]);
    return {{"namespaces", page}};
  }
  // The item as the store shows it, or null.
  Json item(const Namespace& name_space, const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = items_.find({name_space, key});
    return found == items_.end() ? Json() : item_json(*found);
  }

 private:
  struct Kept {
    unsigned long changed = 0;  // counts up, in place of a time
    Json value;
  };
  using Items = std::map<std::pair<Namespace, std::string>, Kept>;

  static bool begins_with(const Namespace& labels, const Namespace& pattern) {
    return labels.size() >= pattern.size() &&
           std::equal(pattern.begin(), pattern.end(), labels.begin(),
                      [](const auto& wanted, const auto& label) { return wanted == "*" || wanted == label; });
  }
  static bool passes(const Json& value, const Json& filter) {
    for (const auto& [field, wanted] : filter.items()) {
      if (wanted.is_object() && !wanted.empty() && wanted.begin().key().rfind('$', 0) == 0)
        throw Error(Code::kUnsupported, "the test host's store filters by equality alone");
      if (value.value(field, Json()) != wanted) return false;
    }
    return true;
  }
  static Json item_json(const Items::value_type& item) {
    return {{"namespace", item.first.first},
            {"key", item.first.second},
            {"value", item.second.value},
            {"created_at", "2025-01-01T00:00:00.000000+00:00"},
            {"updated_at", "2025-01-01T00:00:00.000000+00:00"}};
  }

  mutable std::mutex mutex_;
  // Guarded by mutex_
  Items items_;
  unsigned long changes_ = 0;
};

}  // namespace agent::testing

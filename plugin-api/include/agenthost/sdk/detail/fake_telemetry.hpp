// FakeTelemetry: what agent.metrics/1 and agent.trace/1 keep in an author's own tests. Thread-safe.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agenthost/ext/trace.h"
#include "agenthost/sdk/detail/border.hpp"
#include "agenthost/sdk/json.hpp"

namespace agent::testing {

class FakeTelemetry {
 public:
  // ---- agent.metrics/1 ----

  // 0: no server takes such a metric.
  std::uint64_t define(const Json& definition) {
    const std::string kind = text_of(definition, "kind"), name = text_of(definition, "name");
    if (!is_name(name) || !ends_as(kind, name)) return 0;
    const std::lock_guard lock(mutex_);
    if (kinds_.emplace(name, kind).first->second != kind) return 0;
    const Key key{name, to_text(definition.value("labels", Json::object()))};
    const auto [at, is_new] = numbers_.emplace(key, series_.size() + 1);
    if (is_new) series_.push_back({kind, 0});
    return at->second;
  }
  agent_status add(std::uint64_t series, double amount) {
    return change(series, amount, [&](Series& one) {
      if (one.kind == "histogram" || (one.kind == "counter" && amount < 0)) return AGENT_INVALID;
      one.value += amount;
      return AGENT_OK;
    });
  }
  agent_status set(std::uint64_t series, double value) {
    return change(series, value, [&](Series& one) {
      if (one.kind != "gauge") return AGENT_INVALID;
      one.value = value;
      return AGENT_OK;
    });
  }
  agent_status observe(std::uint64_t series, double value) {
    return change(series, value, [](Series& one) {
      if (one.kind != "histogram") return AGENT_INVALID;
      one.value += 1;
      return AGENT_OK;
    });
  }
  [[nodiscard]] double metric(const std::string& name,
                              const std::map<std::string, std::string>& labels) const {
    const std::lock_guard lock(mutex_);
    const auto found = numbers_.find({name, to_text(Json(labels))});
    return found == numbers_.end() ? 0 : series_[found->second - 1].value;
  }

  // ---- agent.trace/1 ----

  std::uint64_t new_span() {
    const std::lock_guard lock(mutex_);
    return ++last_span_;
  }
  agent_status record(const agent_span& span) {
    const std::string_view attributes = detail::view(span.attributes);
    Json object = Json::parse(attributes.empty() ? "{}" : attributes, nullptr, /*allow_exceptions=*/false);
    if (span.id == 0 || span.name.size == 0 || span.end_ns < span.start_ns || !object.is_object())
      return AGENT_INVALID;
    const std::lock_guard lock(mutex_);
    spans_.push_back({{"name", detail::view(span.name)},
                      {"id", span.id},
                      {"parent", span.parent},
                      {"error", span.status == AGENT_OK ? std::string_view() : detail::view(span.text)},
                      {"attributes", std::move(object)}});
    return AGENT_OK;
  }
  [[nodiscard]] std::vector<Json> spans() const {
    const std::lock_guard lock(mutex_);
    return spans_;
  }

 private:
  using Key = std::pair<std::string, std::string>;  // name, labels
  struct Series {
    std::string kind;
    double value;
  };

  static std::string text_of(const Json& object, const char* key) {
    const auto found = object.find(key);  // end() of what is no object
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
  }
  static bool is_name(const std::string& name) {
    return !name.empty() && name.size() <= 100 && name.front() >= 'a' && name.front() <= 'z' &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  }
  static bool ends_as(const std::string& kind, const std::string& name) {
    const auto ends_with = [&](std::string_view end) {
      return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
    };
    if (kind == "counter") return ends_with("_total");
    return (kind == "gauge" || kind == "histogram") && !ends_with("_total") && !ends_with("_bucket") &&
           !ends_with("_count") && !ends_with("_sum");
  }

  template <class Change>
  agent_status change(std::uint64_t series, double value, Change apply) {
    const std::lock_guard lock(mutex_);
    if (series == 0 || series > series_.size()) return AGENT_NOT_FOUND;
    return std::isfinite(value) ? apply(series_[series - 1]) : AGENT_INVALID;
  }

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::map<std::string, std::string> kinds_;  // by name
  std::map<Key, std::uint64_t> numbers_;
  std::vector<Series> series_;
  std::uint64_t last_span_ = 0;
  std::vector<Json> spans_;
};

}  // namespace agent::testing

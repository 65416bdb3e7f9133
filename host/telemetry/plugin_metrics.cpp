#include "host/telemetry/plugin_metrics.hpp"

#include <algorithm>
#include <cmath>

#include "host/base/json.hpp"

namespace agenthost::telemetry {
namespace {

using Kind = MetricPage::Kind;

tl::unexpected<Error> wrong_kind(const char* call) {
  return fail(ErrorCode::kInvalid, std::string(call) + " is not for a metric of that kind");
}

}  // namespace

double PluginMetrics::Series::value() const {
  double value = sum;
  for (const auto& [meter, share] : shares) value += share;
  return value;
}

Result<PluginMetrics::Series*> PluginMetrics::find_or_make(const std::string& plugin_id,
                                                           MetricDefinition metric) {
  const auto found = families_.find(metric.name);
  if (found != families_.end()) {
    const auto& family = found->second;
    if (family.kind != metric.kind || family.buckets != metric.buckets) {
      return fail(ErrorCode::kInvalid, "there is a metric " + quote(metric.name) +
                                           " of another kind or with other buckets; choose another name");
    }
    const auto series = family.series.find({plugin_id, metric.labels});
    if (series != family.series.end()) return series->second.get();
  }
  if (series_of_[plugin_id] == kMostSeries) {
    return fail(ErrorCode::kExhausted, "plugin " + quote(plugin_id) + " has " + std::to_string(kMostSeries) +
                                           " series, the most there can be; use labels with few values");
  }
  ++series_of_[plugin_id];
  auto& family = families_[metric.name];
  if (family.series.empty()) {
    family.kind = metric.kind;
    family.help = std::move(metric.help);
    family.buckets = std::move(metric.buckets);
  }
  auto& made = family.series[{plugin_id, std::move(metric.labels)}];
  made = std::make_unique<Series>();
  made->kind = family.kind;
  made->buckets = &family.buckets;
  if (family.kind == Kind::kHistogram) made->counts.resize(family.buckets.size() + 1);
  return made.get();
}

void PluginMetrics::add_to(MetricPage& page) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, family] : families_) {
    page.family("agenthost_plugin_" + name, family.kind,
                family.help.empty() ? "A plugin's own, which does not say more." : family.help);
    for (const auto& [key, series] : family.series) {
      Labels labels{{"plugin", key.first}};
      labels.insert(labels.end(), key.second.begin(), key.second.end());
      if (family.kind == Kind::kHistogram) {
        page.sample(labels, MetricPage::Spread{family.buckets, series->counts, series->sum});
      } else {
        page.sample(labels, series->value());
      }
    }
  }
}

// ---- one copy of a plugin ----

PluginMeter::PluginMeter(PluginMetrics& metrics, std::string plugin_id)
    : metrics_(metrics), plugin_id_(std::move(plugin_id)) {}

PluginMeter::~PluginMeter() {
  const std::lock_guard lock(metrics_.mutex_);
  for (auto* series : series_) series->shares.erase(this);
}

Result<std::uint64_t> PluginMeter::define(MetricDefinition metric) {
  const std::lock_guard lock(metrics_.mutex_);
  const auto series = metrics_.find_or_make(plugin_id_, std::move(metric));
  if (!series) return fail(series.error());
  const auto [at, is_new] = numbers_.emplace(*series, series_.size() + 1);
  if (is_new) series_.push_back(*series);
  return at->second;
}

Status PluginMeter::add(std::uint64_t series, double amount) {
  const std::lock_guard lock(metrics_.mutex_);
  const auto found = find(series, amount);
  if (!found) return fail(found.error());
  if ((*found)->kind == Kind::kGauge) {
    (*found)->shares[this] += amount;
    return {};
  }
  if ((*found)->kind != Kind::kCounter) return wrong_kind("add");
  if (amount < 0) return fail(ErrorCode::kInvalid, "a counter only grows");
  (*found)->sum += amount;
  return {};
}

Status PluginMeter::set(std::uint64_t series, double value) {
  const std::lock_guard lock(metrics_.mutex_);
  const auto found = find(series, value);
  if (!found) return fail(found.error());
  if ((*found)->kind != Kind::kGauge) return wrong_kind("set");
  (*found)->shares[this] = value;
  return {};
}

Status PluginMeter::observe(std::uint64_t series, double value) {
  const std::lock_guard lock(metrics_.mutex_);
  const auto found = find(series, value);
  if (!found) return fail(found.error());
  if ((*found)->kind != Kind::kHistogram) return wrong_kind("observe");
  const auto& ends = *(*found)->buckets;
  const auto bucket = std::lower_bound(ends.begin(), ends.end(), value) - ends.begin();
  ++(*found)->counts[static_cast<std::size_t>(bucket)];
  (*found)->sum += value;
  return {};
}

Result<PluginMeter::Series*> PluginMeter::find(std::uint64_t series, double value) {
  if (series == 0 || series > series_.size())
    return fail(ErrorCode::kNotFound, "there is no such series; define it first");
  if (!std::isfinite(value)) return fail(ErrorCode::kInvalid, "a metric takes finite numbers only");
  return series_[series - 1];
}

}  // namespace agenthost::telemetry

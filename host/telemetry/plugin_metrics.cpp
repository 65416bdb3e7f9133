#include "host/telemetry/plugin_metrics.hpp"

#include <algorithm>
#include <cmath>

#include "host/base/json.hpp"

namespace agenthost::telemetry {
namespace {

using Kind = MetricPage::Kind;

tl::unexpected<Error> wrong(const char* text) {
  return fail(ErrorCode::kInvalid, text);
}

// One number beyond all bounds would spoil the whole page for whoever reads it.
Status grow(double& total, double amount) {
  if (!std::isfinite(total + amount)) return wrong("a metric takes finite numbers only, and so does its sum");
  total += amount;
  return {};
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
    if (found->second.kind != metric.kind) {
      return fail(ErrorCode::kInvalid,
                  "there is a metric " + quote(metric.name) + " of another kind; choose another name");
    }
    const auto series = found->second.series.find({plugin_id, metric.labels});
    if (series != found->second.series.end()) {
      if (series->second->buckets == metric.buckets) return series->second.get();
      return fail(ErrorCode::kInvalid,
                  "there is a metric " + quote(metric.name) + " with other buckets; choose another name");
    }
  }
  auto& plugin = plugins_[plugin_id];
  if (plugin.series == kMostSeries) {
    return fail(ErrorCode::kExhausted, "plugin " + quote(plugin_id) + " has " + std::to_string(kMostSeries) +
                                           " series, the most there can be; use labels with few values");
  }
  ++plugin.series;
  auto& family = families_[metric.name];
  if (family.series.empty()) {
    family.kind = metric.kind;
    family.help = std::move(metric.help);
  }
  auto& made = family.series[{plugin_id, std::move(metric.labels)}];
  made = std::make_unique<Series>();
  made->kind = metric.kind;
  made->buckets = std::move(metric.buckets);
  if (metric.kind == Kind::kHistogram) made->counts.resize(made->buckets.size() + 1);
  return made.get();
}

void PluginMetrics::forget(const std::string& plugin_id) {
  for (auto family = families_.begin(); family != families_.end();) {
    auto& series = family->second.series;
    std::erase_if(series, [&](const auto& one) { return one.first.first == plugin_id; });
    family = series.empty() ? families_.erase(family) : std::next(family);
  }
  plugins_.erase(plugin_id);
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
        page.sample(labels, MetricPage::Spread{series->buckets, series->counts, series->sum});
      } else {
        page.sample(labels, series->value());
      }
    }
  }
}

// ---- one copy of a plugin ----

PluginMeter::PluginMeter(std::shared_ptr<PluginMetrics> metrics, std::string plugin_id)
    : metrics_(std::move(metrics)), plugin_id_(std::move(plugin_id)) {
  const std::lock_guard lock(metrics_->mutex_);
  ++metrics_->plugins_[plugin_id_].meters;
}

PluginMeter::~PluginMeter() {
  const std::lock_guard lock(metrics_->mutex_);
  for (auto* series : series_) series->shares.erase(this);
  if (--metrics_->plugins_[plugin_id_].meters == 0) metrics_->forget(plugin_id_);
}

Result<std::uint64_t> PluginMeter::define(MetricDefinition metric) {
  const std::lock_guard lock(metrics_->mutex_);
  const auto series = metrics_->find_or_make(plugin_id_, std::move(metric));
  if (!series) return fail(series.error());
  const auto [at, is_new] = numbers_.emplace(*series, series_.size() + 1);
  if (is_new) series_.push_back(*series);
  return at->second;
}

Status PluginMeter::add(std::uint64_t series, double amount) {
  const std::lock_guard lock(metrics_->mutex_);
  if (const auto gauge = find(series, Kind::kGauge)) return grow((*gauge)->shares[this], amount);
  const auto counter = find(series, Kind::kCounter);
  if (!counter) return fail(counter.error());
  if (amount < 0) return wrong("a counter only grows");
  return grow((*counter)->sum, amount);
}

Status PluginMeter::set(std::uint64_t series, double value) {
  const std::lock_guard lock(metrics_->mutex_);
  const auto gauge = find(series, Kind::kGauge);
  if (!gauge) return fail(gauge.error());
  double fresh = 0;
  if (auto good = grow(fresh, value); !good) return good;
  (*gauge)->shares[this] = fresh;
  return {};
}

Status PluginMeter::observe(std::uint64_t series, double value) {
  const std::lock_guard lock(metrics_->mutex_);
  const auto histogram = find(series, Kind::kHistogram);
  if (!histogram) return fail(histogram.error());
  if (auto good = grow((*histogram)->sum, value); !good) return good;
  const auto& ends = (*histogram)->buckets;
  const auto bucket = std::lower_bound(ends.begin(), ends.end(), value) - ends.begin();
  ++(*histogram)->counts[static_cast<std::size_t>(bucket)];
  return {};
}

Result<PluginMeter::Series*> PluginMeter::find(std::uint64_t series, Kind kind) {
  if (series == 0 || series > series_.size())
    return fail(ErrorCode::kNotFound, "there is no such series; define it first");
  auto* found = series_[series - 1];
  if (found->kind != kind) return wrong("that is not for a metric of its kind");
  return found;
}

}  // namespace agenthost::telemetry

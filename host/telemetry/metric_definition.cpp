#include "host/telemetry/metric_definition.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "host/base/json.hpp"

namespace agenthost::telemetry {
namespace {

using Kind = MetricPage::Kind;

// From a quick computation to a slow call over the network, in seconds.
constexpr std::array<double, 11> kUsualBuckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

tl::unexpected<Error> wrong(const std::string& text) {
  return fail(ErrorCode::kInvalid, text);
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_name(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_";
  return !text.empty() && text.size() <= MetricDefinition::kMostNameBytes && text.front() >= 'a' &&
         text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::optional<Kind> kind_from(std::string_view word) {
  if (word == "counter") return Kind::kCounter;
  if (word == "gauge") return Kind::kGauge;
  if (word == "histogram") return Kind::kHistogram;
  return std::nullopt;
}

// Scrapers go by these endings.
Status check_name(const MetricDefinition& metric) {
  if (!is_name(metric.name)) {
    return wrong("the name " + quote(metric.name.substr(0, MetricDefinition::kMostNameBytes)) +
                 " must be lower-case letters, digits and _, beginning with a letter, at most " +
                 std::to_string(MetricDefinition::kMostNameBytes) + " long");
  }
  const bool total = ends_with(metric.name, "_total");
  if (metric.kind == Kind::kCounter && !total) {
    return wrong("the counter " + quote(metric.name) + " must end with _total, as every counter does");
  }
  if (metric.kind == Kind::kCounter) return {};
  for (const auto* end : {"_total", "_bucket", "_count", "_sum"}) {
    if (ends_with(metric.name, end)) return wrong(quote(metric.name) + " must not end with " + end);
  }
  return {};
}

Status check_help(std::string_view help) {
  const bool one_line =
      std::all_of(help.begin(), help.end(), [](unsigned char c) { return c >= ' ' && c != '\\'; });
  if (one_line && help.size() <= MetricDefinition::kMostHelpBytes) return {};
  return wrong("\"help\" must be one line of at most " + std::to_string(MetricDefinition::kMostHelpBytes) +
               " bytes, without backslashes");
}

Status read_labels(const JsonValue& labels, MetricDefinition& metric) {
  if (!labels.IsObject()) return wrong("\"labels\" must be an object of texts");
  for (const auto& member : labels.GetObject()) {
    const std::string name(as_view(member.name));
    if (!is_name(name) || name == "plugin" || name == "le")
      return wrong("no label can be named " + quote(name.substr(0, MetricDefinition::kMostNameBytes)));
    if (!member.value.IsString() || member.value.GetStringLength() > MetricDefinition::kMostLabelBytes) {
      return wrong("label " + quote(name) + " must be a text of at most " +
                   std::to_string(MetricDefinition::kMostLabelBytes) + " bytes");
    }
    metric.labels[name] = as_view(member.value);
  }
  if (metric.labels.size() <= MetricDefinition::kMostLabels) return {};
  return wrong("a metric has at most " + std::to_string(MetricDefinition::kMostLabels) + " labels");
}

Status read_buckets(const JsonValue& buckets, MetricDefinition& metric) {
  const auto problem = wrong("\"buckets\" must be 1 to " + std::to_string(MetricDefinition::kMostBuckets) +
                             " finite numbers, each larger than the one before");
  if (!buckets.IsArray() || buckets.Empty() || buckets.Size() > MetricDefinition::kMostBuckets)
    return problem;
  for (const auto& end : buckets.GetArray()) {
    if (!end.IsNumber()) return problem;
    if (!metric.buckets.empty() && end.GetDouble() <= metric.buckets.back()) return problem;
    metric.buckets.push_back(end.GetDouble());
  }
  return {};
}

}  // namespace

Result<MetricDefinition> read_metric_definition(std::string_view json) {
  const auto document = parse_json(json);
  if (!document) return wrong("the definition is no JSON: " + document.error().text);
  if (!document->IsObject()) return wrong("a metric is described by an object");
  MetricDefinition metric;
  const auto kind = kind_from(string_member(*document, "kind"));
  if (!kind) return wrong("\"kind\" must be counter, gauge or histogram");
  metric.kind = *kind;
  metric.name = string_member(*document, "name");
  if (auto good = check_name(metric); !good) return fail(good.error());
  metric.help = string_member(*document, "help");
  if (auto good = check_help(metric.help); !good) return fail(good.error());
  if (const auto* labels = find_member(*document, "labels")) {
    if (auto good = read_labels(*labels, metric); !good) return fail(good.error());
  }
  if (metric.kind != Kind::kHistogram) return metric;
  if (const auto* buckets = find_member(*document, "buckets")) {
    if (auto good = read_buckets(*buckets, metric); !good) return fail(good.error());
  } else {
    metric.buckets.assign(kUsualBuckets.begin(), kUsualBuckets.end());
  }
  return metric;
}

}  // namespace agenthost::telemetry

#include "host/telemetry/metric_page.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "host/base/error.hpp"
#include "host/base/json.hpp"

namespace agenthost::telemetry {
namespace {

// As Prometheus writes it; JSON has no word for what is not finite, see json().
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

bool is_finite(std::string_view number) {
  return number != "NaN" && number != "+Inf" && number != "-Inf";
}

std::string_view word(MetricPage::Kind kind) {
  switch (kind) {
    case MetricPage::Kind::kCounter:
      return "counter";
    case MetricPage::Kind::kGauge:
      return "gauge";
    case MetricPage::Kind::kHistogram:
      break;
  }
  return "histogram";
}

// The three characters that would end a label's value or its line.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else {
      if (c == '\\' || c == '"') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string label_list(const Labels& labels, std::string_view up_to = {}) {
  std::string out;
  const auto add = [&](std::string_view name, std::string_view value) {
    out.append(out.empty() ? "{" : ",").append(name).append("=\"").append(escaped(value)).append("\"");
  };
  for (const auto& [name, value] : labels) add(name, value);
  if (!up_to.empty()) add("le", up_to);
  return out.empty() ? out : out + "}";
}

std::string labels_json(const Labels& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels)
    out += (out.size() > 1 ? "," : "") + quote(name) + ":" + quote(value);
  return out + "}";
}

}  // namespace

void MetricPage::family(std::string_view name, Kind kind, std::string_view help) {
  families_.push_back({std::string(name), kind, std::string(help), {}});
}

void MetricPage::sample(const Labels& labels, std::uint64_t value) {
  AGENTHOST_CHECK(!families_.empty(), "a sample belongs to a family");
  families_.back().samples.push_back({labels, std::to_string(value), {}});
}

void MetricPage::sample(const Labels& labels, std::int64_t value) {
  AGENTHOST_CHECK(!families_.empty(), "a sample belongs to a family");
  families_.back().samples.push_back({labels, std::to_string(value), {}});
}

void MetricPage::sample(const Labels& labels, double value) {
  AGENTHOST_CHECK(!families_.empty(), "a sample belongs to a family");
  families_.back().samples.push_back({labels, number(value), {}});
}

void MetricPage::sample(const Labels& labels, const Histogram& histogram) {
  sample_scaled(labels, histogram, 1);
}

void MetricPage::sample(const Labels& labels, const Timing& timing) {
  sample_scaled(labels, timing.microseconds(), 1e6);
}

void MetricPage::sample_scaled(const Labels& labels, const Histogram& histogram, double scale) {
  std::vector<double> ends;
  std::vector<std::uint64_t> counts;
  for (const auto end : histogram.bounds()) ends.push_back(static_cast<double>(end) / scale);
  for (std::size_t i = 0; i <= ends.size(); ++i) counts.push_back(histogram.count(i));
  sample(labels, Spread{ends, counts, static_cast<double>(histogram.sum()) / scale});
}

void MetricPage::sample(const Labels& labels, const Spread& spread) {
  std::vector<Bucket> buckets;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < spread.ends.size(); ++i) {
    below += spread.counts[i];
    buckets.push_back({number(spread.ends[i]), below});
  }
  buckets.push_back({"+Inf", below + spread.counts[spread.ends.size()]});
  sample(labels, spread.sum);
  families_.back().samples.back().buckets = std::move(buckets);
}

std::string MetricPage::prometheus() const {
  std::string out;
  const auto line = [&](const std::string& name, const std::string& labels, const std::string& value) {
    out.append(name).append(labels).append(" ").append(value).append("\n");
  };
  for (const auto& family : families_) {
    out.append("# HELP ").append(family.name).append(" ").append(family.help).append("\n");
    out.append("# TYPE ").append(family.name).append(" ").append(word(family.kind)).append("\n");
    for (const auto& one : family.samples) {
      if (one.buckets.empty()) {
        line(family.name, label_list(one.labels), one.value);
        continue;
      }
      for (const auto& bucket : one.buckets)
        line(family.name + "_bucket", label_list(one.labels, bucket.up_to), std::to_string(bucket.count));
      line(family.name + "_sum", label_list(one.labels), one.value);
      line(family.name + "_count", label_list(one.labels), std::to_string(one.buckets.back().count));
    }
  }
  return out;
}

std::string MetricPage::json() const {
  std::string out = "{";
  for (const auto& family : families_) {
    out += (out.size() > 1 ? "," : "") + quote(family.name) + ":{\"type\":" + quote(word(family.kind)) +
           ",\"help\":" + quote(family.help) + ",\"samples\":[";
    for (const auto& one : family.samples) {
      if (out.back() != '[') out += ',';
      out += "{\"labels\":" + labels_json(one.labels);
      const auto value = is_finite(one.value) ? one.value : "null";
      if (one.buckets.empty()) {
        out += ",\"value\":" + value + "}";
        continue;
      }
      out +=
          ",\"count\":" + std::to_string(one.buckets.back().count) + ",\"sum\":" + value + ",\"buckets\":{";
      for (const auto& bucket : one.buckets) {
        if (out.back() != '{') out += ',';
        out += quote(bucket.up_to) + ":" + std::to_string(bucket.count);
      }
      out += "}}";
    }
    out += "]}";
  }
  return out + "}";
}

}  // namespace agenthost::telemetry

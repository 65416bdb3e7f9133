#include "host/plugins/validator/verdict.hpp"

#include <algorithm>

#include "host/base/json.hpp"

namespace agenthost::plugins::validator {
namespace {

// Whether any is as grave as that, or graver.
bool has(const std::vector<Finding>& findings, Severity severity) {
  return std::any_of(findings.begin(), findings.end(),
                     [severity](const Finding& finding) { return finding.severity >= severity; });
}

std::string status_of(const CheckReport& check) {
  if (!check.was_run) return "skipped";
  if (has(check.findings, Severity::kError)) return "failed";
  return has(check.findings, Severity::kWarning) ? "warned" : "passed";
}

std::string_view severity_name(Severity severity) {
  if (severity == Severity::kNote) return "note";
  return severity == Severity::kError ? "error" : "warning";
}

// Later lines of a text stand under its first one.
std::string indented(const std::string& text) {
  std::string out;
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "               ";
  }
  return out;
}

std::string to_json(const CheckReport& check) {
  std::string findings;
  for (const auto& finding : check.findings) {
    findings += (findings.empty() ? "" : ",") + std::string("{\"severity\":") +
                quote(severity_name(finding.severity)) + ",\"text\":" + quote(finding.text) + "}";
  }
  return "{\"name\":" + quote(check.name) + ",\"promise\":" + quote(check.promise) +
         ",\"status\":" + quote(status_of(check)) + ",\"took_ms\":" + std::to_string(check.took.count()) +
         ",\"findings\":[" + findings + "]}";
}

}  // namespace

bool Verdict::is_valid() const {
  const auto fault = level == Level::kStrict ? Severity::kWarning : Severity::kError;
  return std::none_of(checks.begin(), checks.end(),
                      [&](const CheckReport& check) { return has(check.findings, fault); });
}

const char* level_name(Level level) {
  if (level == Level::kLoad) return "load";
  return level == Level::kRun ? "run" : "strict";
}

std::string to_people(const Verdict& verdict) {
  std::string out = verdict.folder + ": " + (verdict.id.empty() ? "?" : verdict.id + " " + verdict.version) +
                    ", level " + level_name(verdict.level) + ", seed " + std::to_string(verdict.seed) + "\n";
  for (const auto& check : verdict.checks) {
    auto status = status_of(check);
    status.resize(9, ' ');
    out += "  " + status + check.name + ": " + check.promise + "\n";
    for (const auto& finding : check.findings) {
      auto severity = std::string(severity_name(finding.severity)) + ":";
      severity.resize(9, ' ');
      out += "      " + severity + indented(finding.text) + "\n";
    }
  }
  return out + (verdict.is_valid() ? "valid\n" : "not valid\n");
}

std::string to_json(const Verdict& verdict) {
  std::string checks;
  for (const auto& check : verdict.checks) checks += (checks.empty() ? "" : ",") + to_json(check);
  return "{\"path\":" + quote(verdict.folder) + ",\"plugin\":" + quote(verdict.id) +
         ",\"version\":" + quote(verdict.version) + ",\"level\":" + quote(level_name(verdict.level)) +
         ",\"seed\":" + std::to_string(verdict.seed) +
         ",\"valid\":" + (verdict.is_valid() ? "true" : "false") + ",\"checks\":[" + checks + "]}";
}

}  // namespace agenthost::plugins::validator

#include "host/plugins/validator/validate.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "host/base/json.hpp"
#include "host/plugins/plugins_directory.hpp"
#include "host/plugins/validator/checks.hpp"

namespace agenthost::plugins::validator {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Check {
  Level level;
  const char* name;
  const char* promise;
  void (*run)(const Subject&, Witness&);
};

constexpr std::array kChecks{
    Check{Level::kLoad, "load", "the server would take it", check_load},
    Check{Level::kRun, "setup", "its entry is quick and repeatable, its description stable", check_setup},
    Check{Level::kRun, "nodes", "every node ends once, in fair weather and foul", check_nodes},
    Check{Level::kRun, "edges", "every conditional edge leads somewhere", check_edges},
    Check{Level::kRun, "cancel", "every node ends when it is cancelled, at any step", check_cancel},
    Check{Level::kRun, "order", "it stands calls about what is not there, and many at once", check_order},
    Check{Level::kRun, "stop", "no thread and no open file after stop", check_stop},
    Check{Level::kRun, "fuzz", "wild states do no harm", check_fuzz},
    Check{Level::kStrict, "manners", "it leaves alone what the whole server shares", check_manners},
    Check{Level::kStrict, "leaks", "its memory does not grow with its runs", check_leaks},
};

milliseconds since(steady_clock::time_point began) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
}

bool has_error(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::kError; });
}

// A step may last as long as a node's deadline and grace; whoever is silent longer hangs.
milliseconds silence_of(const Patience& patience) {
  return patience.node + patience.grace + milliseconds(1'000);
}

void add_new(std::vector<Finding>& findings, std::vector<Finding> more) {
  for (auto& finding : more) {
    const auto is_it = [&](const Finding& known) { return known.text == finding.text; };
    if (std::none_of(findings.begin(), findings.end(), is_it)) findings.push_back(std::move(finding));
  }
}

// In one child after another, each without what the one before it was lost in. Later checks do without it
// too.
CheckReport run_check(const Check& check, Subject& subject) {
  const auto began = steady_clock::now();
  CheckReport report{check.name, check.promise, true, {}, {}};
  ChildReport child;
  for (bool is_over = false; !is_over;) {
    child =
        run_in_child([&](Witness& witness) { check.run(subject, witness); }, silence_of(subject.patience));
    add_new(report.findings, std::move(child.findings));
    const auto known = subject.lost.size();
    subject.lost.merge(child.lost);
    is_over = child.finished || subject.lost.size() == known;
  }
  report.took = since(began);
  if (child.output.empty()) return report;
  if (check.run == check_load) {
    // What the loader and the plugin logged says why.
    if (!report.findings.empty()) report.findings.back().text += "\n" + child.output;
  } else if (check.run == check_manners) {
    report.findings.push_back({Severity::kWarning, "writes to stdout or stderr; use log(): " + child.output});
  }
  return report;
}

bool is_wanted(const Check& check, const ValidateOptions& options) {
  if (check.run == check_load) return true;
  if (options.only.empty()) return check.level <= options.level;
  return std::find(options.only.begin(), options.only.end(), check.name) != options.only.end();
}

CheckReport skipped(const Check& check) {
  return {check.name, check.promise, false, {}, milliseconds(0)};
}

}  // namespace

std::vector<std::string> check_names() {
  std::vector<std::string> names;
  names.reserve(kChecks.size());
  for (const auto& check : kChecks) names.emplace_back(check.name);
  return names;
}

Verdict validate(const std::filesystem::path& folder, const ValidateOptions& options) {
  Verdict verdict{folder.string(), "", "", options.level, options.seed, {}};
  auto began = steady_clock::now();
  const auto meant = check_plugin_folder(folder);
  auto manifest = meant ? read_manifest(folder / kManifestFile) : fail(meant.error());
  verdict.checks.push_back({"manifest", "plugin.yaml says what it must", true, {}, since(began)});
  if (!manifest) {
    verdict.checks.back().findings.push_back({Severity::kError, manifest.error().text});
    return verdict;
  }
  verdict.id = manifest->id;
  verdict.version = manifest->version;
  Subject subject{
      *manifest,        folder, merge_objects(manifest->config, options.config), options.seed, options.rounds,
      options.patience, {}};
  began = steady_clock::now();
  auto findings = check_library(subject);
  verdict.checks.push_back({"library", "it exports its entry alone, and imports nothing rude", true,
                            std::move(findings), since(began)});
  // A file that cannot be loaded is still loaded once: the linker's words are better than ours.
  bool loads = true;
  for (const auto& check : kChecks) {
    if (!is_wanted(check, options)) continue;
    verdict.checks.push_back(loads ? run_check(check, subject) : skipped(check));
    if (check.run == check_load) loads = !has_error(verdict.checks.back().findings);
  }
  return verdict;
}

std::vector<Verdict> validate_all(const std::vector<std::filesystem::path>& folders,
                                  const ValidateOptions& options) {
  std::vector<Verdict> verdicts;
  std::map<std::string, std::string> owners;  // of "plugin id x" and "graph id y"
  for (const auto& folder : folders) {
    verdicts.push_back(validate(folder, options));
    const auto manifest = read_manifest(folder / kManifestFile);
    if (!manifest) continue;
    CheckReport report{"neighbours", "no other plugin here has its names", true, {}, milliseconds(0)};
    std::vector<std::string> names{"plugin id " + manifest->id};
    for (const auto& graph : manifest->graphs) names.push_back("graph id " + graph);
    for (const auto& name : names) {
      const auto [owner, is_new] = owners.emplace(name, folder.string());
      if (!is_new)
        report.findings.push_back({Severity::kError, name + " is taken by " + owner->second + " already"});
    }
    if (folders.size() > 1) verdicts.back().checks.push_back(std::move(report));
  }
  return verdicts;
}

}  // namespace agenthost::plugins::validator

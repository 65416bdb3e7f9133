#include "host/plugins/registry.hpp"

#include <algorithm>
#include <utility>

#include "host/plugins/first_contact.hpp"
#include "host/plugins/plugins_directory.hpp"

namespace agenthost::plugins {
namespace {

using models::PluginChange;
using models::PluginOutcome;
using Verdict = PluginFolder::Verdict;

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// What it means for a folder that what lies in it is refused.
PluginChange against(const PluginFolder& folder) {
  return folder.serving ? PluginChange::kKept : PluginChange::kRefused;
}

}  // namespace

PluginRegistry::PluginRegistry(settings::Plugins settings, HostServices services,
                               std::filesystem::path copies)
    : settings_(std::move(settings)),
      services_(std::move(services)),
      copies_(std::move(copies)),
      versions_(PluginVersions::make(services_.pools.blocking, services_.logger)) {}

PluginRegistry::~PluginRegistry() {
  stop();
}

Status PluginRegistry::scan(const std::filesystem::path& directory) {
  {
    const std::lock_guard lock(setup_);
    auto vault = copies_.empty() ? LibraryVault::open_temporary() : LibraryVault::open(copies_);
    if (!vault) return fail(vault.error());
    vault_ = std::move(*vault);
    auto trust = Trust::open(settings_);
    if (!trust) return fail(trust.error());
    trust_.emplace(std::move(*trust));
    directory_ = directory;
  }
  const auto looked = reload(Retry::kChangedOnly);
  if (!looked) return fail(looked.error());
  for (const auto& doubt : doubts()) services_.logger.warn("plugins", doubt);
  return {};
}

Result<std::vector<PluginOutcome>> PluginRegistry::reload(Retry retry) {
  const std::lock_guard lock(setup_);
  const auto folders = plugin_folders(directory_);
  if (!folders) return fail(folders.error());
  auto outcomes = drop_missing(*folders);
  std::vector<PluginFolder*> in_turn;
  for (const auto& path : *folders) {
    in_turn.push_back(&folders_[path]);
    in_turn.back()->path = path;
  }
  Changes changes;
  look_at(in_turn, retry, changes);
  // What was replaced may have given up an id or a graph that another folder waits for.
  std::erase_if(in_turn, [](const PluginFolder* folder) { return folder->verdict != Verdict::kRefused; });
  look_at(in_turn, retry, changes);
  publish();
  tell_news();
  for (const auto& [path, change] : changes) outcomes.push_back({change, folders_[path].report()});
  return outcomes;
}

std::vector<PluginOutcome> PluginRegistry::drop_missing(const std::vector<std::filesystem::path>& folders) {
  std::vector<PluginOutcome> outcomes;
  for (auto known = folders_.begin(); known != folders_.end();) {
    if (std::binary_search(folders.begin(), folders.end(), known->first)) {
      ++known;
      continue;
    }
    auto report = known->second.report();
    if (std::exchange(report.loaded, false))
      services_.logger.info("plugins", "removed " + report.id + " with its folder");
    report.reason.clear();
    outcomes.push_back({PluginChange::kRemoved, std::move(report)});
    known = folders_.erase(known);
  }
  return outcomes;
}

void PluginRegistry::look_at(const std::vector<PluginFolder*>& folders, Retry retry, Changes& changes) {
  std::vector<Candidate> candidates;
  for (auto* folder : folders) {
    auto looked = look_at(*folder, retry);
    if (const auto* change = std::get_if<PluginChange>(&looked)) {
      changes[folder->path] = *change;
    } else {
      candidates.push_back({*folder, std::move(std::get<Admitted>(looked)), {}});
    }
  }
  meet(candidates);
  for (auto& candidate : candidates) {
    const auto& path = candidate.folder.path;
    changes[path] = take_up(std::move(candidate));
  }
}

std::variant<PluginChange, PluginRegistry::Admitted> PluginRegistry::look_at(PluginFolder& folder,
                                                                             Retry retry) {
  auto fingerprint = fingerprint_of(folder.path);
  const bool same = fingerprint == folder.fingerprint;
  if (same && folder.verdict == Verdict::kServes) return PluginChange::kUnchanged;
  if (same && folder.verdict == Verdict::kFailed && retry == Retry::kChangedOnly) return against(folder);
  folder.fingerprint = std::move(fingerprint);
  folder.refused.reset();
  auto admitted = admit(folder);
  if (!admitted) return refuse(folder, Verdict::kRefused, admitted.error());
  if (!folder.serving || folder.serving->hash != admitted->package.hash) return std::move(*admitted);
  folder.serving->trust = admitted->vouched.how;
  folder.accept();
  return PluginChange::kUnchanged;
}

// Those that are to be opened in this process.
void PluginRegistry::meet(std::vector<Candidate>& candidates) const {
  if (services_.first_contact == nullptr) return;
  std::vector<Candidate*> here;
  std::vector<FirstContact::Stranger> strangers;
  for (auto& candidate : candidates) {
    const auto& package = candidate.admitted.package;
    if (settings_.isolation_of(package.manifest.id) == settings::Isolation::kProcess) continue;
    here.push_back(&candidate);
    strangers.push_back({source_of(candidate.folder, candidate.admitted), package.hash});
  }
  auto met = services_.first_contact->meet(strangers, services_);
  for (std::size_t i = 0; i < here.size(); ++i) here[i]->met = std::move(met[i]);
}

PluginChange PluginRegistry::take_up(Candidate candidate) {
  auto& [folder, admitted, met] = candidate;
  // Again, since one that was looked at together with it may have come first.
  if (const auto still = check_admitted(folder, admitted.package.manifest); !still)
    return refuse(folder, Verdict::kRefused, still.error());
  const auto change = folder.serving ? PluginChange::kReplaced : PluginChange::kLoaded;
  const auto served = met ? serve(folder, std::move(admitted)) : met;
  if (!served) return refuse(folder, Verdict::kFailed, served.error());
  folder.accept();
  return change;
}

PluginChange PluginRegistry::refuse(PluginFolder& folder, Verdict verdict, const Error& why) {
  folder.verdict = verdict;
  const bool said = std::exchange(folder.refusal, why.text) == why.text;
  const auto report = folder.report();
  if (!said) {
    services_.logger.warn("plugins", (report.loaded ? "kept " : "left out ") + report.id + " from " +
                                         report.path + ": " + report.reason);
  }
  return against(folder);
}

Result<PluginRegistry::Admitted> PluginRegistry::admit(PluginFolder& folder) const {
  auto manifest = read_manifest(folder.path / kManifestFile);
  // A folder that is switched off by name need not be readable.
  if (!manifest && contains(settings_.disabled, folder.name()))
    return fail(ErrorCode::kDenied, "disabled by plugins.disabled");
  if (!manifest) return fail(manifest.error());
  folder.refused = *manifest;
  if (auto admitted = check_admitted(folder, *manifest); !admitted) return fail(admitted.error());
  auto package = take_package(folder.path, std::move(*manifest), *vault_);
  if (!package) return fail(package.error());
  auto vouched = trust_->judge(folder.path, *package);
  if (!vouched) return fail(vouched.error());
  auto not_granted = trust_->not_granted(package->manifest);
  std::erase_if(package->manifest.needs,
                [&](const std::string& need) { return contains(not_granted, need); });
  return Admitted{std::move(*package), std::move(*vouched), std::move(not_granted)};
}

// What can be refused without touching the library.
Status PluginRegistry::check_admitted(const PluginFolder& folder, const Manifest& manifest) const {
  if (contains(settings_.disabled, manifest.id))
    return fail(ErrorCode::kDenied, "disabled by plugins.disabled");
  for (const auto& [path, other] : folders_) {
    if (&other == &folder || !other.serving) continue;
    const auto& theirs = other.serving->manifest;
    if (theirs.id == manifest.id) {
      return fail(ErrorCode::kAlreadyExists, "plugin id " + manifest.id + " is taken by " + path.string() +
                                                 "; remove one or rename it in plugin.yaml");
    }
    for (const auto& graph : manifest.graphs) {
      if (contains(theirs.graphs, graph)) {
        return fail(ErrorCode::kAlreadyExists, "graph id " + graph + " is offered by plugin " + theirs.id +
                                                   " already; rename it or disable one of the two");
      }
    }
  }
  return {};
}

PluginSource PluginRegistry::source_of(const PluginFolder& folder, const Admitted& admitted) const {
  const auto& package = admitted.package;
  const auto config = settings_.config.find(package.manifest.id);
  return {package.manifest, folder.path, package.library->file(),
          config == settings_.config.end() ? "" : config->second};
}

Status PluginRegistry::serve(PluginFolder& folder, Admitted admitted) {
  auto& [package, vouched, not_granted] = admitted;
  auto& manifest = package.manifest;
  const auto isolation = settings_.isolation_of(manifest.id);
  auto plugin = bring_up(source_of(folder, admitted), isolation, services_);
  if (!plugin) return fail(plugin.error());
  const auto name = manifest.id + " " + manifest.version;
  note_served(folder, name, admitted);
  const std::shared_ptr<RunningPlugin> running = std::move(*plugin);
  auto entries = versions_->keep({running, name, std::move(package.library)});
  folder.serving = PluginFolder::Serving{
      std::move(manifest),    std::move(package.hash), isolation, std::move(vouched.how),
      std::move(not_granted), std::move(entries),      running};
  return {};
}

void PluginRegistry::note_served(const PluginFolder& folder, const std::string& name,
                                 const Admitted& admitted) {
  using telemetry::Level;
  const auto what = folder.serving ? "replaced " + folder.serving->manifest.id + " " +
                                         folder.serving->manifest.version + " by " + name
                                   : "loaded " + name;
  const auto& [package, vouched, not_granted] = admitted;
  const auto isolation = settings_.isolation_of(package.manifest.id);
  news_.emplace_back(Level::kInfo, what + " from " + folder.path.string() + ", " + vouched.how +
                                       ", isolation " + std::string(to_string(isolation)));
  if (vouched.warn == Trust::Vouched::Warn::kYes) {
    news_.emplace_back(Level::kWarn,
                       name + " is " + vouched.how + ": no trusted key vouches for it (plugins.trust)");
  }
  for (const auto& need : not_granted) {
    news_.emplace_back(Level::kWarn, name + " asks for " + need + " and does not get it (plugins.grants)");
  }
}

void PluginRegistry::tell_news() {
  for (const auto& [level, text] : std::exchange(news_, {})) services_.logger.log(level, "plugins", text);
}

void PluginRegistry::publish() {
  const auto next = std::make_shared<Catalogue>();
  for (const auto& [path, folder] : folders_) {
    next->folders.push_back({folder.report(), folder.serving ? folder.serving->plugin : nullptr});
    if (!folder.serving) continue;
    for (const auto& entry : folder.serving->entries) next->entries.emplace(entry.graph->id(), entry);
  }
  // The lock is let go first: with the old catalogue the last use of a version may end.
  std::shared_ptr<const Catalogue> other = next;
  const std::lock_guard lock(mutex_);
  catalogue_.swap(other);
}

std::shared_ptr<const PluginRegistry::Catalogue> PluginRegistry::catalogue() const {
  const std::lock_guard lock(mutex_);
  return catalogue_;
}

runtime::CatalogEntry PluginRegistry::find(std::string_view graph_id) const {
  const auto now = catalogue();
  const auto found = now->entries.find(graph_id);
  return found == now->entries.end() ? runtime::CatalogEntry{} : found->second;
}

std::vector<runtime::CatalogEntry> PluginRegistry::all() const {
  const auto now = catalogue();
  std::vector<runtime::CatalogEntry> entries;
  entries.reserve(now->entries.size());
  for (const auto& [id, entry] : now->entries) entries.push_back(entry);
  return entries;
}

std::vector<models::PluginReport> PluginRegistry::reports() const {
  const auto now = catalogue();
  std::vector<models::PluginReport> reports;
  for (const auto& [report, plugin] : now->folders) {
    reports.push_back(report);
    if (plugin == nullptr) continue;
    if (auto trouble = plugin->trouble(); !trouble.empty()) {
      reports.back().loaded = false;
      reports.back().reason = std::move(trouble);
    }
  }
  return reports;
}

std::vector<std::string> PluginRegistry::doubts() const {
  const std::lock_guard lock(setup_);
  return doubts_about(directory_, settings_, reports());
}

void PluginRegistry::stop() {
  // Who holds the lock now hangs in a plugin that is being set up; what serves is stopped all the same.
  if (const std::unique_lock lock(setup_, std::try_to_lock); lock) {
    folders_.clear();
    publish();
  }
  versions_->stop_all();
}

}  // namespace agenthost::plugins

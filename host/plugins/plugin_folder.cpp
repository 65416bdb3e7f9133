#include "host/plugins/plugin_folder.hpp"

namespace agenthost::plugins {

models::PluginReport PluginFolder::report() const {
  models::PluginReport report;
  report.path = path.string();
  report.loaded = serving.has_value();
  report.reason = refusal;
  const auto* const manifest = serving ? &serving->manifest : refused ? &*refused : nullptr;
  report.id = manifest != nullptr ? manifest->id : name();
  if (manifest == nullptr) return report;
  report.version = manifest->version;
  report.graphs = manifest->graphs;
  if (!serving) return report;
  report.trust = serving->trust;
  report.isolation = to_string(serving->isolation);
  report.needs = needs_text(serving->manifest);
  report.not_granted = serving->not_granted;
  if (!refusal.empty()) {
    report.reason = "version " + serving->manifest.version + " goes on; its replacement" +
                    (refused ? " " + refused->version : "") + " is refused: " + refusal;
  }
  return report;
}

void PluginFolder::accept() {
  verdict = Verdict::kServes;
  refused.reset();
  refusal.clear();
}

}  // namespace agenthost::plugins

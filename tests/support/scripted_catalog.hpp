// A catalogue of graphs whose nodes are lambdas: for tests of the services without plugins. Fill it before
// use.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "host/runtime/graph_catalog.hpp"
#include "tests/support/scripted_executor.hpp"

namespace agenthost::test {

class ScriptedCatalog final : public runtime::GraphCatalog {
 public:
  // description: as one element of describe()'s "graphs".
  ScriptedExecutor& add(const std::string& description) {
    const auto document = parse_json(description);
    auto graph = runtime::Graph::from_json(*document);
    AGENTHOST_CHECK(graph.has_value(), "the test's graph description is wrong");
    auto executor = std::make_shared<ScriptedExecutor>();
    auto& scripted = *executor;
    const auto id = graph->id();
    entries_[id] = {std::make_shared<const runtime::Graph>(std::move(*graph)), std::move(executor)};
    return scripted;
  }

  [[nodiscard]] runtime::CatalogEntry find(std::string_view graph_id) const override {
    const auto found = entries_.find(std::string(graph_id));
    return found == entries_.end() ? runtime::CatalogEntry{} : found->second;
  }
  [[nodiscard]] std::vector<runtime::CatalogEntry> all() const override {
    std::vector<runtime::CatalogEntry> entries;
    for (const auto& [id, entry] : entries_) entries.push_back(entry);
    return entries;
  }
  [[nodiscard]] std::vector<models::PluginReport> reports() const override { return {}; }

 private:
  std::map<std::string, runtime::CatalogEntry> entries_;
};

}  // namespace agenthost::test

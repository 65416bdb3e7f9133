#include "host/plugins/description.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "host/base/json.hpp"

namespace agenthost::plugins {
namespace {

tl::unexpected<Error> refuse(const Manifest& manifest, std::string text) {
  return fail(ErrorCode::kInvalid, manifest.library + ": " + std::move(text));
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

// The manifest and the library must name the same graphs, each once.
Status check_listed(const std::vector<runtime::Graph>& graphs, const Manifest& manifest) {
  std::vector<std::string> described;
  described.reserve(graphs.size());
  for (const auto& graph : graphs) described.push_back(graph.id());
  auto listed = manifest.graphs;
  std::sort(described.begin(), described.end());
  std::sort(listed.begin(), listed.end());
  if (described == listed) return {};
  return refuse(manifest, "describes the graphs " + joined(described) + ", plugin.yaml lists " +
                              joined(listed) + "; make them equal");
}

}  // namespace

Result<std::vector<runtime::Graph>> read_description(std::string_view text, const Manifest& manifest) {
  const auto json = parse_json(text);
  if (!json) return refuse(manifest, "describe returned what is no JSON: " + json.error().text);
  const auto* list = find_member(*json, "graphs");
  if (list == nullptr || !list->IsArray()) {
    return refuse(manifest, "describe must return {\"graphs\": [...]}");
  }
  std::vector<runtime::Graph> graphs;
  for (const auto& element : list->GetArray()) {
    auto graph = runtime::Graph::from_json(element);
    if (!graph) return refuse(manifest, "describe: " + graph.error().text);
    graphs.push_back(std::move(*graph));
  }
  if (auto same = check_listed(graphs, manifest); !same) return fail(same.error());
  return graphs;
}

}  // namespace agenthost::plugins

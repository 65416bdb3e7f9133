#include "host/services/run_config.hpp"

#include <algorithm>
#include <array>

#include "host/base/json.hpp"

namespace agenthost::services {
namespace {

template <class Leaves>
std::string without(const std::string& object, Leaves leaves) {
  auto members = split_object(object);
  if (!members) return "{}";
  std::erase_if(*members, [&](const JsonMember& member) { return leaves(std::string_view(member.key)); });
  return to_text(*members);
}

bool is_internal(std::string_view key) {
  return key.substr(0, 2) == "__";
}

bool is_of_one_run(std::string_view key) {
  constexpr std::array<std::string_view, 7> kKeys{
      "run_id", "thread_id", "graph_id", "assistant_id", "checkpoint_id", "checkpoint_ns", "checkpoint_map"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

std::string with_configurable(const std::string& config, const std::string& configurable) {
  return merge_objects(config, "{\"configurable\":" + configurable + "}");
}

}  // namespace

std::string configurable_of(const std::string& config) {
  if (config == "{}") return config;
  const auto document = parse_json(config);
  if (!document) return "{}";
  const auto* found = find_member(*document, "configurable");
  return found != nullptr && found->IsObject() ? to_text(*found) : "{}";
}

std::string merge_configs(const std::string& base, const std::string& overlay) {
  if (base == "{}" && overlay == "{}") return base;
  auto merged = merge_objects(base, overlay);
  auto both = merge_objects(configurable_of(base), configurable_of(overlay));
  if (both == "{}") return merged;
  if (both.find("\"__") != std::string::npos) both = without(both, is_internal);
  return with_configurable(merged, both);
}

std::string own_ids(const models::Run& run, const std::string& graph_id) {
  return "{\"run_id\":\"" + run.run_id + "\",\"thread_id\":\"" + run.thread_id +
         "\",\"graph_id\":" + quote(graph_id) + ",\"assistant_id\":\"" + run.assistant_id + "\"}";
}

std::string config_to_keep(const std::string& config) {
  const auto configurable = configurable_of(config);
  if (configurable == "{}") return config;
  return with_configurable(config, without(configurable, is_of_one_run));
}

}  // namespace agenthost::services

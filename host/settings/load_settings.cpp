#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "host/settings/environment.hpp"
#include "host/settings/settings.hpp"
#include "host/settings/yaml_reader.hpp"

namespace agenthost::settings {
namespace {

Result<std::string> read_file(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    return fail(ErrorCode::kNotFound,
                file.string() + ": no such file; give its path with --config, or leave --config out");
  }
  if (std::filesystem::is_directory(file, ignored)) {
    return fail(ErrorCode::kInvalid, file.string() + ": is a folder; name the YAML file in it");
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) {
    return fail(ErrorCode::kUnavailable,
                fmt::format("{}: cannot be read: {}", file.string(), std::generic_category().message(errno)));
  }
  return text;
}

void switch_off_keyless(std::map<std::string, Service>& services) {
  for (auto& [name, service] : services) {
    const auto& needed = service.require;
    const bool missing =
        std::any_of(needed.begin(), needed.end(), [](const auto& value) { return value.empty(); });
    service.enabled = service.enabled && !missing;
  }
}

void check_isolation(const Plugins& plugins, std::vector<std::string>& problems) {
  for (const auto& [id, word] : plugins.isolation_by_plugin) {
    if (word == "in_process" || word == "process") continue;
    problems.push_back(fmt::format(
        "plugins.isolation_by_plugin.{}: expected one of in_process, process; found \"{}\"", id, word));
  }
}

}  // namespace

std::string_view to_string(Isolation isolation) {
  return isolation == Isolation::kProcess ? "process" : "in_process";
}

Isolation Plugins::isolation_of(const std::string& plugin_id) const {
  const auto own = isolation_by_plugin.find(plugin_id);
  const auto& word = own == isolation_by_plugin.end() ? isolation : own->second;
  return word == "process" ? Isolation::kProcess : Isolation::kInProcess;
}

Result<Settings> load_settings(const std::optional<std::filesystem::path>& file,
                               const std::map<std::string, std::string>& environment, Settings defaults) {
  auto settings = std::move(defaults);
  settings.llm.models.try_emplace("default");
  std::vector<std::string> problems;
  if (file) {
    const auto text = read_file(*file);
    if (!text) return fail(text.error());
    YamlReader(file->string(), &environment, problems).read_document(*text, settings);
  }
  apply_environment(environment, settings, problems);
  check_isolation(settings.plugins, problems);
  if (!problems.empty()) return fail(ErrorCode::kInvalid, fmt::format("{}", fmt::join(problems, "\n")));
  switch_off_keyless(settings.services);
  switch_off_keyless(settings.tools.servers);
  return settings;
}

}  // namespace agenthost::settings

// Manifest: plugin.yaml, the facts about a plugin that are known without loading it. Immutable value.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"

namespace agenthost::plugins {

inline constexpr std::string_view kManifestFile = "plugin.yaml";

struct Manifest {
  std::string id;  // [a-z0-9_-], the plugin's name for the operator's configuration
  std::string version;
  unsigned abi_minor = 0;  // the major is ours, or the manifest is refused
  std::string library;     // a file name in the manifest's folder
  std::string name;        // for people; the id when absent
  std::string description;
  std::vector<std::string> graphs;  // at least one
  std::vector<std::string> needs;   // of known_needs(): the host services it asks for
  // Of http: the hosts it asks for, each a name or *.name. nullopt: whatever the operator allows.
  std::optional<std::vector<std::string>> http_hosts;
  std::string config = "{}";  // JSON object text
  std::string sha256;         // of the manifest's text
};

// What needs: may list.
[[nodiscard]] const std::vector<std::string>& known_needs();
// What a manifest asks for, for people: "http (api.example.org)", "llm".
[[nodiscard]] std::vector<std::string> needs_text(const Manifest& manifest);
// "http" -> "agent.http/1"
[[nodiscard]] std::string extension_id_of(std::string_view need);

// Every mistake of the file, one per line: "plugins/x/plugin.yaml:3:1: unknown key "libary"; did you mean
// "library"?"
[[nodiscard]] Result<Manifest> read_manifest(const std::filesystem::path& file);
// The same for text; shown is how problems name it.
[[nodiscard]] Result<Manifest> parse_manifest(const std::string& text, const std::string& shown);

// Whether this server runs plugins of that ABI; the error names who, both versions and the remedy.
[[nodiscard]] Status check_abi(std::string_view who, unsigned major, unsigned minor);

}  // namespace agenthost::plugins

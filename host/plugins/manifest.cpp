#include "host/plugins/manifest.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <set>

#include "agenthost/agent_plugin.h"
#include "host/base/digest.hpp"
#include "host/base/text.hpp"
#include "host/plugins/yaml_json.hpp"
#include "host/settings/text_value.hpp"

namespace agenthost::plugins {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{256} << 10U;
constexpr std::size_t kMaxNameLength = 64;

const std::vector<std::string>& known_keys() {
  static const std::vector<std::string> kKeys{"id",          "version", "abi",   "library", "name",
                                              "description", "graphs",  "needs", "config"};
  return kKeys;
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_id(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  return !text.empty() && text.size() <= kMaxNameLength &&
         text.find_first_not_of(kAllowed) == std::string_view::npos && text.front() != '-' &&
         text.front() != '_';
}

bool is_word(std::string_view text) {
  const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
  return !text.empty() && text.size() <= kMaxNameLength && std::all_of(text.begin(), text.end(), printable);
}

// "api.example.org" or "*.example.org"; whoever wants all hosts need not list any.
bool is_host_pattern(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyz0123456789-.";
  if (text.substr(0, 2) == "*.") text.remove_prefix(2);
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos && text.front() != '.';
}

struct AbiVersion {
  unsigned major = 0;
  unsigned minor = 0;
};

std::optional<AbiVersion> abi_from(std::string_view text) {
  AbiVersion abi;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, abi.major);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, abi.minor);
  if (minor.ec != std::errc{} || minor.ptr != end) return std::nullopt;
  return abi;
}

// Fills a Manifest from a document and collects every mistake on the way.
class ManifestReader {
 public:
  explicit ManifestReader(std::string shown) : shown_(std::move(shown)) {}

  Result<Manifest> read(const YAML::Node& root) {
    if (!root.IsMap()) {
      report(root, "a manifest is a map of keys; start with id:, version:, abi:, library: and graphs:");
      return result();
    }
    std::set<std::string> seen;
    for (const auto& member : root) read_member(member.first, member.second, seen);
    for (const auto* key : {"id", "version", "abi", "library", "graphs"}) {
      if (seen.count(key) == 0) report(root, std::string("missing key \"") + key + "\"; " + remedy(key));
    }
    if (manifest_.name.empty()) manifest_.name = manifest_.id;
    return result();
  }

  void report(const YAML::Mark& at, const std::string& text) {
    // yaml-cpp counts from 0 and gives -1 for an empty document.
    const auto one_based = [](int n) { return std::to_string(std::max(n, 0) + 1); };
    problems_ += (problems_.empty() ? "" : "\n") + shown_ + ":" + one_based(at.line) + ":" +
                 one_based(at.column) + ": " + text;
  }

  Result<Manifest> result() {
    if (!problems_.empty()) return fail(ErrorCode::kInvalid, problems_);
    return std::move(manifest_);
  }

 private:
  static std::string remedy(std::string_view key) {
    if (key == "abi") {
      return "write abi: \"" + std::to_string(AGENT_ABI_MAJOR) + "." + std::to_string(AGENT_ABI_MINOR) + "\"";
    }
    if (key == "graphs") return "list the ids of the graphs that the library describes";
    if (key == "library") return "name the shared library in this folder, such as lib.so";
    return "every plugin has one";
  }

  void report(const YAML::Node& node, const std::string& text) { report(node.Mark(), text); }

  void read_member(const YAML::Node& key, const YAML::Node& value, std::set<std::string>& seen) {
    if (!key.IsScalar()) return report(key, "a key must be a text");
    const auto& name = key.Scalar();
    if (!contains(known_keys(), name)) {
      return report(key, "unknown key \"" + name + "\"" + settings::did_you_mean(name, known_keys()));
    }
    if (!seen.insert(name).second) return report(key, "\"" + name + "\" is given twice; keep one");
    if (name == "id") read_id(value);
    if (name == "version") read_version(value);
    if (name == "abi") read_abi(value);
    if (name == "library") read_library(value);
    if (name == "name") read_text(name, value, manifest_.name);
    if (name == "description") read_text(name, value, manifest_.description);
    if (name == "graphs") read_graphs(value);
    if (name == "needs") read_needs(value);
    if (name == "config") read_config(value);
  }

  bool read_text(const std::string& key, const YAML::Node& value, std::string& out) {
    if (!value.IsScalar()) {
      report(value, "\"" + key + "\" must be a text");
      return false;
    }
    out = value.Scalar();
    return true;
  }

  void read_id(const YAML::Node& value) {
    if (!read_text("id", value, manifest_.id) || is_id(manifest_.id)) return;
    report(value, "\"" + manifest_.id +
                      "\" is no plugin id; use 1 to 64 of a-z, 0-9, '-' and '_', a letter or digit first");
  }

  void read_version(const YAML::Node& value) {
    if (!read_text("version", value, manifest_.version) || is_word(manifest_.version)) return;
    report(value, "\"version\" must be 1 to 64 characters without spaces, such as 1.0.0");
  }

  void read_abi(const YAML::Node& value) {
    std::string text;
    if (!read_text("abi", value, text)) return;
    const auto abi = abi_from(text);
    if (!abi) return report(value, "\"" + text + "\" is no ABI version; " + remedy("abi"));
    manifest_.abi_minor = abi->minor;
    if (const auto fits = check_abi("this plugin", abi->major, abi->minor); !fits)
      report(value, fits.error().text);
  }

  void read_library(const YAML::Node& value) {
    if (!read_text("library", value, manifest_.library)) return;
    const std::filesystem::path path(manifest_.library);
    const bool plain = path.has_filename() && path.filename() == path && path != "." && path != "..";
    if (!plain || manifest_.library.find('\0') != std::string::npos) {
      report(value, "\"library\" must be the name of a file in this folder, without a path");
    }
  }

  // The elements of a list of texts, each once.
  template <class Use>
  void for_each_text(const std::string& key, const YAML::Node& value, Use use) {
    if (!value.IsSequence())
      return report(value, "\"" + key + "\" must be a list, such as " + key + ": [one, two]");
    std::set<std::string> seen;
    for (const auto& element : value) {
      if (!element.IsScalar()) {
        report(element, "\"" + key + "\" must hold texts only");
      } else if (!seen.insert(element.Scalar()).second) {
        report(element, "\"" + element.Scalar() + "\" is listed twice in \"" + key + "\"");
      } else {
        use(element, element.Scalar());
      }
    }
  }

  void read_graphs(const YAML::Node& value) {
    for_each_text("graphs", value, [this](const YAML::Node& element, const std::string& graph) {
      if (!is_word(graph)) report(element, "a graph id is 1 to 64 characters without spaces");
      manifest_.graphs.push_back(graph);
    });
    if (value.IsSequence() && value.size() == 0) report(value, "\"graphs\" is empty; " + remedy("graphs"));
  }

  void read_needs(const YAML::Node& value) {
    if (!value.IsSequence()) return report(value, "\"needs\" must be a list, such as needs: [http, timer]");
    for (const auto& element : value) {
      if (element.IsScalar()) {
        add_need(element);
      } else if (element.IsMap() && element.size() == 1 && element.begin()->first.IsScalar()) {
        const auto member = *element.begin();
        if (add_need(member.first)) read_need_details(member.first, member.second);
      } else {
        report(element, "\"needs\" must hold names of services, such as llm, or http: [api.example.org]");
      }
    }
  }

  bool add_need(const YAML::Node& name) {
    const auto& need = name.Scalar();
    if (!contains(known_needs(), need)) {
      report(name, "unknown service \"" + need + "\"" + settings::did_you_mean(need, known_needs()));
      return false;
    }
    if (contains(manifest_.needs, need)) {
      report(name, "\"" + need + "\" is listed twice in \"needs\"");
      return false;
    }
    manifest_.needs.push_back(need);
    return true;
  }

  void read_need_details(const YAML::Node& name, const YAML::Node& value) {
    if (name.Scalar() != "http")
      return report(name, "only http says more, its hosts; write " + name.Scalar() + " alone");
    std::vector<std::string> hosts;
    for_each_text("http", value, [&](const YAML::Node& element, const std::string& host) {
      if (is_host_pattern(host)) return hosts.push_back(host);
      report(element, "\"" + host +
                          "\" is no host; write a name such as api.example.org or *.example.org, without "
                          "scheme, port and path");
    });
    manifest_.http_hosts = std::move(hosts);
  }

  void read_config(const YAML::Node& value) {
    if (value.IsNull()) return;
    if (!value.IsMap()) return report(value, "\"config\" must be a map of keys");
    auto json = yaml_to_json(value);
    if (!json) return report(json.error().at, "config: " + json.error().text);
    manifest_.config = std::move(*json);
  }

  const std::string shown_;
  Manifest manifest_;
  std::string problems_;
};

}  // namespace

const std::vector<std::string>& known_needs() {
  static const std::vector<std::string> kNeeds{"http",     "llm",   "metrics", "store",
                                               "subagent", "timer", "tools",   "trace"};
  return kNeeds;
}

std::vector<std::string> needs_text(const Manifest& manifest) {
  auto needs = manifest.needs;
  for (auto& need : needs) {
    if (need != "http" || !manifest.http_hosts) continue;
    need += " (" + (manifest.http_hosts->empty() ? "services only" : joined(*manifest.http_hosts)) + ")";
  }
  return needs;
}

std::string extension_id_of(std::string_view need) {
  return "agent." + std::string(need) + "/1";
}

Status check_abi(std::string_view who, unsigned major, unsigned minor) {
  if (major == AGENT_ABI_MAJOR && minor <= AGENT_ABI_MINOR) return {};
  return fail(
      ErrorCode::kUnsupported,
      std::string(who) + ": needs plugin ABI " + std::to_string(major) + "." + std::to_string(minor) +
          ", this server offers " + std::to_string(AGENT_ABI_MAJOR) + "." + std::to_string(AGENT_ABI_MINOR) +
          (major >= AGENT_ABI_MAJOR ? "; rebuild the plugin or upgrade the server" : "; rebuild the plugin"));
}

Result<Manifest> parse_manifest(const std::string& text, const std::string& shown) {
  ManifestReader reader(shown);
  try {
    auto manifest = reader.read(YAML::Load(text));
    if (manifest) manifest->sha256 = sha256_hex(text);
    return manifest;
  } catch (const YAML::Exception& e) {
    reader.report(e.mark, "not readable as YAML: " + e.msg);
    return reader.result();
  }
}

Result<Manifest> read_manifest(const std::filesystem::path& file) {
  std::error_code ignored;
  const bool is_file = std::filesystem::is_regular_file(file, ignored);
  std::ifstream in(file, std::ios::binary);
  if (!is_file || !in)
    return fail(ErrorCode::kNotFound, file.string() + ": cannot be read; is it a readable file?");
  std::string text;
  text.resize(kMaxBytes + 1);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMaxBytes) {
    return fail(ErrorCode::kExhausted,
                file.string() + ": larger than 256 kB; a manifest holds facts, not data");
  }
  return parse_manifest(text, file.string());
}

}  // namespace agenthost::plugins

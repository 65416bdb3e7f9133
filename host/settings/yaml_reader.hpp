// YamlReader: walks a YAML document along the table of keys and fills their members.
//
// It goes on after a mistake, so that one start shows all of them; each problem is one line,
// "FILE:LINE:COLUMN: KEY: TEXT". Not thread-safe: one reader, one document.
#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

#include "host/settings/keys.hpp"

namespace agenthost::settings {

class YamlReader {
 public:
  // source: how problems name the document. environment: for ${NAME}; null leaves texts as they are.
  YamlReader(std::string source, const std::map<std::string, std::string>* environment,
             std::vector<std::string>& problems);

  // A whole document of settings.
  void read_document(const std::string& text, Settings& settings);
  // One list or map key, e.g. from an environment variable.
  void read_value(const std::string& text, const Key& key);

 private:
  // A place in the document: the table that holds there, and how deep in its dotted paths we are.
  struct Scope {
    const std::vector<Key>& keys;
    std::string section;  // "" or "server."
    std::string shown;    // the same from the document's root: "services.tavily."
  };

  void read_section(const YAML::Node& node, const Scope& scope);
  void read_member(const YAML::Node& name, const YAML::Node& value, const Scope& scope);
  void unknown_key(const YAML::Node& name, const Scope& scope);

  void read_key(const YAML::Node& node, const Key& key, const std::string& shown);
  void read_into(const YAML::Node& node, const std::string& shown, std::vector<std::string>& list);
  void read_into(const YAML::Node& node, const std::string& shown, StringMap& map);
  void read_into(const YAML::Node& node, const std::string& shown, ListMap& map);
  void read_into(const YAML::Node& node, const std::string& shown, const JsonTexts& map);
  template <class Entry>
  void read_into(const YAML::Node& node, const std::string& shown, std::map<std::string, Entry>& entries);

  // Calls visit(name node, name, value node) for each member; reports what is no map, and keys that come
  // twice.
  template <class Visit>
  void for_each_member(const YAML::Node& node, const std::string& shown, Visit visit);
  // The scalar's text with variables replaced; a problem and nullopt when it is no scalar.
  std::optional<std::string> scalar_text(const YAML::Node& node, const std::string& shown,
                                         std::string_view expected);
  // Appends node as JSON to out. False: a problem was reported.
  bool append_json(const YAML::Node& node, const std::string& shown, unsigned depth, std::string& out);
  bool append_json_map(const YAML::Node& node, const std::string& shown, unsigned depth, std::string& out);

  template <class Read>
  void guarded(const std::string& text, Read read);
  void problem(const YAML::Mark& at, const std::string& shown, const std::string& text);

  const std::string source_;
  const std::map<std::string, std::string>* const environment_;
  std::vector<std::string>& problems_;
};

}  // namespace agenthost::settings

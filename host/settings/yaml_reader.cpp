#include "host/settings/yaml_reader.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <exception>
#include <set>
#include <sstream>
#include <utility>

#include "host/base/json.hpp"
#include "host/settings/text_value.hpp"

namespace agenthost::settings {
namespace {

// A document may repeat itself through aliases, even endlessly; no honest plugin needs more than this.
constexpr unsigned kMaxJsonNesting = 64;
constexpr std::size_t kMaxJsonText = std::size_t{1} << 20U;

std::string kind_of(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return fmt::format("\"{}\"", node.Scalar());
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a map";
    default:
      return "nothing";
  }
}

std::string without_dot(std::string_view path) {
  return std::string(path.substr(0, path.empty() ? 0 : path.size() - 1));
}

// The names that may stand directly in a section: "port" and so on in "server.".
std::vector<std::string> names_in(const std::vector<Key>& keys, std::string_view section) {
  std::vector<std::string> names;
  for (const auto& key : keys) {
    if (key.path.compare(0, section.size(), section) != 0) continue;
    const auto rest = key.path.substr(section.size());
    names.push_back(rest.substr(0, rest.find('.')));
  }
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// The JSON of an unquoted scalar: null, a boolean or a number where it looks like one, else a string.
std::string plain_json(const std::string& text) {
  if (text.empty() || text == "~") return "null";
  const auto parsed = parse_json(text);
  const bool literal = parsed && !parsed->IsObject() && !parsed->IsArray() && !parsed->IsString();
  return literal ? text : quote(text);
}

// Notes where each document of a text begins. Why not YAML::LoadAll: on some broken texts it never ends.
class DocumentStarts final : public YAML::EventHandler {
 public:
  // The place where a second document, or stray text after the first, begins.
  static std::optional<YAML::Mark> second(const std::string& text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    DocumentStarts starts;
    if (!parser.HandleNextDocument(starts) || !parser.HandleNextDocument(starts)) return std::nullopt;
    return starts.last_;
  }

  void OnDocumentStart(const YAML::Mark& mark) override { last_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

 private:
  YAML::Mark last_;
};

}  // namespace

YamlReader::YamlReader(std::string source, const std::map<std::string, std::string>* environment,
                       std::vector<std::string>& problems)
    : source_(std::move(source)), environment_(environment), problems_(problems) {}

void YamlReader::problem(const YAML::Mark& at, const std::string& shown, const std::string& text) {
  std::string line = source_;
  if (!at.is_null()) line += fmt::format(":{}:{}", at.line + 1, at.column + 1);
  if (!shown.empty()) line += ": " + shown;
  problems_.push_back(line + ": " + text);
}

// yaml-cpp throws: this is its border.
template <class Read>
void YamlReader::guarded(const std::string& text, Read read) {
  try {
    if (const auto second = DocumentStarts::second(text)) {
      return problem(*second, "", "a second document, or text that belongs to none; only one is read");
    }
    read(YAML::Load(text));
  } catch (const YAML::Exception& e) {
    problem(e.mark, "", "not valid YAML: " + e.msg);
  } catch (const std::exception& e) {
    problem(YAML::Mark::null_mark(), "", std::string("not valid YAML: ") + e.what());
  }
}

void YamlReader::read_document(const std::string& text, Settings& settings) {
  guarded(text, [&](const YAML::Node& root) {
    const auto keys = keys_of(settings);
    read_section(root, {keys, "", ""});
  });
}

void YamlReader::read_value(const std::string& text, const Key& key) {
  guarded(text, [&](const YAML::Node& node) { read_key(node, key, key.path); });
}

template <class Visit>
void YamlReader::for_each_member(const YAML::Node& node, const std::string& shown, Visit visit) {
  if (node.IsNull()) return;  // "services:" with everything below it commented out
  if (!node.IsMap()) return problem(node.Mark(), shown, "expected a map, found " + kind_of(node));
  std::set<std::string> seen;
  for (const auto& member : node) {
    const auto& name = member.first;
    const auto prefix = shown.empty() ? "" : shown + ".";
    if (!name.IsScalar()) {
      problem(name.Mark(), shown, "expected a key, found " + kind_of(name));
    } else if (!seen.insert(name.Scalar()).second) {
      problem(name.Mark(), prefix + name.Scalar(), "duplicate key; remove one of the two");
    } else {
      visit(name, name.Scalar(), member.second);
    }
  }
}

void YamlReader::read_section(const YAML::Node& node, const Scope& scope) {
  for_each_member(node, without_dot(scope.shown),
                  [&](const YAML::Node& name, const std::string&, const YAML::Node& value) {
                    read_member(name, value, scope);
                  });
}

void YamlReader::read_member(const YAML::Node& name, const YAML::Node& value, const Scope& scope) {
  const auto path = scope.section + name.Scalar();
  const auto shown = scope.shown + name.Scalar();
  const auto key =
      std::find_if(scope.keys.begin(), scope.keys.end(), [&](const Key& k) { return k.path == path; });
  if (key != scope.keys.end()) return read_key(value, *key, shown);
  const bool is_section = std::any_of(scope.keys.begin(), scope.keys.end(), [&](const Key& k) {
    return k.path.compare(0, path.size() + 1, path + ".") == 0;
  });
  if (is_section) return read_section(value, {scope.keys, path + ".", shown + "."});
  unknown_key(name, scope);
}

void YamlReader::unknown_key(const YAML::Node& name, const Scope& scope) {
  const auto names = names_in(scope.keys, scope.section);
  const auto meant = nearest(name.Scalar(), names);
  problem(name.Mark(), scope.shown + name.Scalar(),
          meant ? fmt::format("unknown key; did you mean \"{}\"?", *meant)
                : fmt::format("unknown key; known here: {}", fmt::join(names, ", ")));
}

void YamlReader::read_key(const YAML::Node& node, const Key& key, const std::string& shown) {
  if (is_scalar(key.target)) {
    const auto text = scalar_text(node, shown, type_text(key));
    if (!text) return;
    if (const auto wrong = assign_text(key, *text)) problem(node.Mark(), shown, *wrong);
    return;
  }
  std::visit(
      [&](const auto& target) {
        using Pointer = std::decay_t<decltype(target)>;
        if constexpr (std::is_same_v<Pointer, JsonTexts>) {
          read_into(node, shown, target);
        } else if constexpr (!kIsScalar<std::remove_pointer_t<Pointer>>) {
          read_into(node, shown, *target);
        }
      },
      key.target);
}

std::optional<std::string> YamlReader::scalar_text(const YAML::Node& node, const std::string& shown,
                                                   std::string_view expected) {
  if (!node.IsScalar()) {
    problem(node.Mark(), shown, fmt::format("expected {}, found {}", expected, kind_of(node)));
    return std::nullopt;
  }
  if (environment_ == nullptr) return node.Scalar();
  auto text = substitute(node.Scalar(), *environment_);
  if (text) return std::move(*text);
  problem(node.Mark(), shown, text.error().text);
  return std::nullopt;
}

void YamlReader::read_into(const YAML::Node& node, const std::string& shown, std::vector<std::string>& list) {
  if (!node.IsSequence()) return problem(node.Mark(), shown, "expected a list, found " + kind_of(node));
  list.clear();
  for (const auto& item : node) {
    if (auto text = scalar_text(item, shown, "text")) list.push_back(std::move(*text));
  }
}

void YamlReader::read_into(const YAML::Node& node, const std::string& shown, StringMap& map) {
  map.clear();
  for_each_member(node, shown, [&](const YAML::Node&, const std::string& name, const YAML::Node& value) {
    if (auto text = scalar_text(value, shown + "." + name, "text")) map[name] = std::move(*text);
  });
}

void YamlReader::read_into(const YAML::Node& node, const std::string& shown, ListMap& map) {
  for_each_member(node, shown, [&](const YAML::Node&, const std::string& name, const YAML::Node& value) {
    read_into(value, shown + "." + name, map[name]);
  });
}

void YamlReader::read_into(const YAML::Node& node, const std::string& shown, const JsonTexts& map) {
  for_each_member(node, shown, [&](const YAML::Node&, const std::string& name, const YAML::Node& value) {
    const auto entry = shown + "." + name;
    if (value.IsNull()) return;
    if (!value.IsMap()) return problem(value.Mark(), entry, "expected a map, found " + kind_of(value));
    std::string text;
    if (append_json(value, entry, 0, text)) (*map.texts)[name] = std::move(text);
  });
}

template <class Entry>
void YamlReader::read_into(const YAML::Node& node, const std::string& shown,
                           std::map<std::string, Entry>& entries) {
  for_each_member(node, shown, [&](const YAML::Node&, const std::string& name, const YAML::Node& value) {
    const auto keys = keys_of(entries[name]);
    read_section(value, {keys, "", shown + "." + name + "."});
  });
}

bool YamlReader::append_json(const YAML::Node& node, const std::string& shown, unsigned depth,
                             std::string& out) {
  if (depth > kMaxJsonNesting || out.size() > kMaxJsonText) {
    problem(node.Mark(), shown, "too large or nested too deeply (limits: 1 MiB of JSON, 64 levels)");
    return false;
  }
  if (node.IsMap()) return append_json_map(node, shown, depth, out);
  if (node.IsSequence()) {
    out += '[';
    for (const auto& item : node) {
      if (out.back() != '[') out += ',';
      if (!append_json(item, shown, depth + 1, out)) return false;
    }
    out += ']';
    return true;
  }
  if (node.IsNull()) {
    out += "null";
    return true;
  }
  const auto text = scalar_text(node, shown, "text");
  if (!text) return false;
  const bool plain = node.Tag() == "?";  // neither quoted nor tagged
  out += plain ? plain_json(*text) : quote(*text);
  return true;
}

bool YamlReader::append_json_map(const YAML::Node& node, const std::string& shown, unsigned depth,
                                 std::string& out) {
  bool good = true;
  out += '{';
  for_each_member(node, shown, [&](const YAML::Node&, const std::string& name, const YAML::Node& value) {
    if (!good) return;
    if (out.back() != '{') out += ',';
    out += quote(name) + ":";
    good = append_json(value, shown + "." + name, depth + 1, out);
  });
  out += '}';
  return good;
}

}  // namespace agenthost::settings

#include "host/plugins/yaml_json.hpp"

#include <optional>
#include <set>

#include "host/base/json.hpp"

namespace agenthost::plugins {
namespace {

constexpr unsigned kMaxDepth = 64;
constexpr std::size_t kMaxBytes = std::size_t{1} << 20U;

bool is_json_number(std::string_view text) {
  const auto value = parse_json(text);
  return value && value->IsNumber();
}

std::string scalar_to_json(const YAML::Node& node) {
  const auto& text = node.Scalar();
  const bool plain = node.Tag().empty() || node.Tag() == "?";
  if (!plain) return quote(text);
  if (text == "true" || text == "false") return text;
  return is_json_number(text) ? text : quote(text);
}

class Converter {
 public:
  void append(const YAML::Node& node, unsigned depth) {
    if (problem_) return;
    if (depth > kMaxDepth) return report(node, "nested deeper than " + std::to_string(kMaxDepth) + " levels");
    if (out_.size() > kMaxBytes) return report(node, "larger than 1 MB as JSON");
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        out_ += scalar_to_json(node);
        return;
      case YAML::NodeType::Sequence:
        return append_list(node, depth);
      case YAML::NodeType::Map:
        return append_map(node, depth);
      case YAML::NodeType::Null:
      case YAML::NodeType::Undefined:
        out_ += "null";
        return;
    }
  }

  tl::expected<std::string, YamlProblem> result() && {
    if (problem_) return tl::unexpected(std::move(*problem_));
    return std::move(out_);
  }

 private:
  void append_list(const YAML::Node& node, unsigned depth) {
    char before = '[';
    for (const auto& element : node) {
      out_ += before;
      before = ',';
      append(element, depth + 1);
    }
    out_ += node.size() == 0 ? "[]" : "]";
  }

  void append_map(const YAML::Node& node, unsigned depth) {
    std::set<std::string> seen;
    char before = '{';
    for (const auto& member : node) {
      if (!member.first.IsScalar()) return report(member.first, "a key must be a text");
      if (!seen.insert(member.first.Scalar()).second) {
        return report(member.first, "\"" + member.first.Scalar() + "\" is given twice");
      }
      out_ += before + quote(member.first.Scalar()) + ":";
      before = ',';
      append(member.second, depth + 1);
    }
    out_ += node.size() == 0 ? "{}" : "}";
  }

  void report(const YAML::Node& node, std::string text) {
    if (!problem_) problem_ = YamlProblem{node.Mark(), std::move(text)};
  }

  std::string out_;
  std::optional<YamlProblem> problem_;
};

}  // namespace

tl::expected<std::string, YamlProblem> yaml_to_json(const YAML::Node& node) {
  Converter converter;
  converter.append(node, 0);
  return std::move(converter).result();
}

}  // namespace agenthost::plugins

#include "host/models/store_item.hpp"

#include <algorithm>
#include <optional>

namespace agenthost::models {
namespace {

bool is_good_label(std::string_view label) {
  const auto is_bad = [](unsigned char c) { return c == '.' || c < 0x20; };
  return !label.empty() && std::none_of(label.begin(), label.end(), is_bad);
}

std::string dotted(const Namespace& name_space) {
  std::string out;
  for (const auto& label : name_space) out += (&label == &name_space.front() ? "" : ".") + label;
  return out;
}

const JsonValue& null_value() {
  static const JsonValue kNull;
  return kNull;
}

const JsonValue& member_or_null(const JsonValue& object, const JsonValue& name) {
  if (!object.IsObject()) return null_value();
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? null_value() : found->value;
}

// -1, 0 or 1 for two numbers or two texts; else neither is before the other and no comparison holds.
std::optional<int> order_of(const JsonValue& left, const JsonValue& right) {
  const auto sign = [](const auto& a, const auto& b) { return a < b ? -1 : (b < a ? 1 : 0); };
  if (left.IsInt64() && right.IsInt64()) return sign(left.GetInt64(), right.GetInt64());
  if (left.IsNumber() && right.IsNumber()) return sign(left.GetDouble(), right.GetDouble());
  if (left.IsString() && right.IsString()) return sign(as_view(left), as_view(right));
  return std::nullopt;
}

bool occurs_in(const JsonValue& value, const JsonValue& list) {
  return std::any_of(list.Begin(), list.End(), [&](const auto& item) { return item == value; });
}

bool holds(std::string_view operation, const JsonValue& value, const JsonValue& operand) {
  if (operation == "$eq") return value == operand;
  if (operation == "$ne") return value != operand;
  if (operation == "$in") return operand.IsArray() && occurs_in(value, operand);
  if (operation == "$nin") return operand.IsArray() && !occurs_in(value, operand);
  const auto order = order_of(value, operand);
  if (!order) return false;
  if (operation == "$gt") return *order > 0;
  if (operation == "$gte") return *order >= 0;
  if (operation == "$lt") return *order < 0;
  if (operation == "$lte") return *order <= 0;
  return false;
}

bool is_operators(const JsonValue& condition) {
  return condition.IsObject() && condition.MemberCount() > 0 &&
         std::any_of(condition.MemberBegin(), condition.MemberEnd(),
                     [](const auto& member) { return as_view(member.name).substr(0, 1) == "$"; });
}

bool field_matches(const JsonValue& object, const JsonValue& name, const JsonValue& condition) {
  const auto& value = member_or_null(object, name);
  if (!is_operators(condition)) return value == condition;
  for (const auto& one : condition.GetObject()) {
    if (as_view(one.name) == "$exists") {
      const bool exists = object.IsObject() && object.HasMember(name);
      if (!one.value.IsBool() || one.value.GetBool() != exists) return false;
    } else if (!holds(as_view(one.name), value, one.value)) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string to_json(const Namespace& name_space) {
  std::string out = "[";
  for (const auto& label : name_space) out += (out.size() > 1 ? "," : "") + quote(label);
  return out + "]";
}

std::string to_json(const StoreItem& item) {
  std::string out = "{\"namespace\":" + to_json(item.name_space);
  out += ",\"key\":" + quote(item.key);
  out += ",\"value\":" + item.value;
  out += ",\"created_at\":\"" + format_time(item.created_at);
  out += "\",\"updated_at\":\"" + format_time(item.updated_at) + "\"}";
  return out;
}

Status check_labels(const Namespace& name_space) {
  if (std::all_of(name_space.begin(), name_space.end(), is_good_label)) return {};
  return fail(ErrorCode::kInvalid,
              "Namespace labels cannot be empty or contain periods or control characters. Received: " +
                  dotted(name_space));
}

Status check_own_namespace(const Namespace& name_space) {
  if (name_space.empty()) return fail(ErrorCode::kInvalid, "Namespace is required");
  if (auto good = check_labels(name_space); !good) return good;
  if (name_space.front() != "langgraph") return {};
  return fail(ErrorCode::kInvalid, "namespace: the first label must not be \"langgraph\", which is reserved");
}

bool matches_filter(const JsonValue& value, const JsonValue& filter) {
  return filter.IsObject() &&
         std::all_of(filter.MemberBegin(), filter.MemberEnd(), [&](const auto& condition) {
           return field_matches(value, condition.name, condition.value);
         });
}

}  // namespace agenthost::models

#include "host/models/fields.hpp"

#include <algorithm>
#include <cmath>

#include "host/base/ids.hpp"

namespace agenthost::models {

Fields::Fields(const JsonValue& value) : value_(value) {
  if (!value.IsObject()) wrong("body", "must be a JSON object");
}

const JsonValue* Fields::member(std::string_view name) const {
  return find_member(value_, name);
}

void Fields::wrong(std::string_view name, std::string_view problem) {
  if (!error_) error_ = Error{ErrorCode::kInvalid, std::string(name) + ": " + std::string(problem)};
}

void Fields::wrong(const Error& error) {
  if (!error_) error_ = error;
}

Status Fields::status() const {
  if (error_) return fail(*error_);
  return {};
}

std::optional<std::string> Fields::text(std::string_view name) {
  const auto* found = member(name);
  if (found == nullptr) return std::nullopt;
  if (found->IsString()) return std::string(as_view(*found));
  wrong(name, "must be a string");
  return std::nullopt;
}

std::string Fields::required_text(std::string_view name) {
  auto found = text(name);
  if (!found || found->empty()) wrong(name, "is required");
  return found.value_or("");
}

std::optional<std::string> Fields::uuid(std::string_view name) {
  auto found = text(name);
  if (found && !is_uuid(*found)) wrong(name, "must be a UUID");
  return found;
}

std::optional<bool> Fields::boolean(std::string_view name) {
  const auto* found = member(name);
  if (found == nullptr) return std::nullopt;
  if (found->IsBool()) return found->GetBool();
  wrong(name, "must be true or false");
  return std::nullopt;
}

std::optional<int> Fields::integer(std::string_view name, int least, int most) {
  const auto* found = member(name);
  if (found == nullptr) return std::nullopt;
  if (found->IsInt() && found->GetInt() >= least && found->GetInt() <= most) return found->GetInt();
  wrong(name, "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return std::nullopt;
}

std::optional<double> Fields::number(std::string_view name, double least) {
  const auto* found = member(name);
  if (found == nullptr) return std::nullopt;
  if (found->IsNumber() && found->GetDouble() >= least && std::isfinite(found->GetDouble()))
    return found->GetDouble();
  wrong(name, "must be a number of at least " + std::to_string(static_cast<int>(least)));
  return std::nullopt;
}

std::optional<std::string> Fields::object(std::string_view name) {
  const auto* found = member(name);
  if (found == nullptr) return std::nullopt;
  if (found->IsObject()) return to_text(*found);
  wrong(name, "must be an object");
  return std::nullopt;
}

std::optional<std::string> Fields::any(std::string_view name) {
  const auto* found = member(name);
  if (found == nullptr) return std::nullopt;
  return to_text(*found);
}

std::optional<std::vector<std::string>> Fields::texts(std::string_view name) {
  const auto* found = member(name);
  if (found == nullptr) return std::nullopt;
  if (found->IsString()) return std::vector<std::string>{std::string(as_view(*found))};
  std::vector<std::string> list;
  const bool good = found->IsArray() && std::all_of(found->Begin(), found->End(),
                                                    [](const auto& item) { return item.IsString(); });
  if (!good) {
    wrong(name, "must be a string or a list of strings");
    return std::nullopt;
  }
  for (const auto& item : found->GetArray()) list.emplace_back(as_view(item));
  return list;
}

std::optional<std::string> Fields::word(std::string_view name, const std::vector<std::string_view>& words) {
  auto found = text(name);
  if (!found || std::find(words.begin(), words.end(), *found) != words.end()) return found;
  std::string choice;
  for (const auto& word : words) choice += (choice.empty() ? "" : ", ") + std::string(word);
  wrong(name, "must be one of " + choice + ", not \"" + *found + "\"");
  return std::nullopt;
}

}  // namespace agenthost::models

#include "domain/json_fields.hpp"

#include <cmath>

namespace ctm {

const agent::Json& field(const agent::Json& object, std::string_view key) {
  static const agent::Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(key);
  return found == object.end() ? kNull : *found;
}

std::string text_of(const agent::Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() ? value.dump() : std::string();
}

std::string text_field(const agent::Json& object, std::string_view key) {
  return text_of(field(object, key));
}

std::vector<std::string> texts_of(const agent::Json& value) {
  std::vector<std::string> texts;
  if (value.is_array()) {
    for (const agent::Json& element : value) {
      if (std::string text = text_of(element); !text.empty()) texts.push_back(std::move(text));
    }
  } else if (std::string text = text_of(value); !text.empty()) {
    texts.push_back(std::move(text));
  }
  return texts;
}

long integer_field(const agent::Json& object, std::string_view key, long fallback) {
  const agent::Json& value = field(object, key);
  if (value.is_number_integer()) return value.get<long>();
  if (!value.is_number_float()) return fallback;
  const double number = value.get<double>();
  return std::isfinite(number) && std::fabs(number) < 1e15 ? static_cast<long>(number) : fallback;
}

}  // namespace ctm

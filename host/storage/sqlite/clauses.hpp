// Clauses: the part of an SQL text that depends on what the caller gave, with its values in order. Column
// names and operators come from our code, never from a request; values are only ever bound. Strand-bound.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "host/storage/sqlite/query.hpp"

namespace agenthost::storage {

class Clauses {
 public:
  using Value = std::variant<std::int64_t, double, std::string>;

  // One '?' in the text for each value.
  void add(std::string text, std::vector<Value> values = {}) {
    texts_.push_back(std::move(text));
    for (auto& value : values) values_.push_back(std::move(value));
  }
  void append(const Clauses& others) {
    texts_.insert(texts_.end(), others.texts_.begin(), others.texts_.end());
    values_.insert(values_.end(), others.values_.begin(), others.values_.end());
  }
  [[nodiscard]] bool empty() const { return texts_.empty(); }
  [[nodiscard]] std::string joined(std::string_view separator) const {
    std::string out;
    for (const auto& text : texts_) {
      if (!out.empty()) out += separator;
      out += text;
    }
    return out;
  }
  // " WHERE a AND b", or nothing.
  [[nodiscard]] std::string where() const { return texts_.empty() ? "" : " WHERE " + joined(" AND "); }
  // The clauses must outlive the query.
  void bind(Query& query) const {
    for (const auto& value : values_) std::visit([&](const auto& bound) { query.bind(bound); }, value);
  }

 private:
  std::vector<std::string> texts_;
  std::vector<Value> values_;
};

}  // namespace agenthost::storage

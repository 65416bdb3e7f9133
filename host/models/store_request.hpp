// What callers ask of the store, checked: the bodies of the /store operations, which plugins send too.
// Immutable values once read. Each from_json fails with kInvalid "<field>: <problem>".
#pragma once

#include <optional>
#include <string>

#include "host/models/store_item.hpp"

namespace agenthost::models {

// Whether a read lengthens the life of what it finds; kDefault: as the server is configured.
enum class RefreshTtl { kDefault, kNo, kYes };

struct StorePut {
  Namespace name_space;  // whether items may be stored there is check_own_namespace's to say
  std::string key;
  std::string value;                  // JSON object text
  std::optional<double> ttl_minutes;  // absent: as the server is configured

  [[nodiscard]] static Result<StorePut> from_json(const JsonValue& body);
};

// One item, for get and delete.
struct StoreKey {
  Namespace name_space;
  std::string key;
  RefreshTtl refresh = RefreshTtl::kDefault;

  [[nodiscard]] static Result<StoreKey> from_json(const JsonValue& body);
};

struct StoreSearch {
  Namespace prefix = {};                   // empty: everything
  std::optional<std::string> filter = {};  // JSON object text, see matches_filter
  int limit = 10;
  int offset = 0;
  RefreshTtl refresh = RefreshTtl::kDefault;

  [[nodiscard]] static Result<StoreSearch> from_json(const JsonValue& body);
};

// "*" in prefix and suffix stands for any one label.
struct NamespaceSearch {
  Namespace prefix = {}, suffix = {};
  std::optional<int> max_depth = {};  // longer ones are cut to so many labels
  int limit = 100;
  int offset = 0;

  [[nodiscard]] static Result<NamespaceSearch> from_json(const JsonValue& body);
};

}  // namespace agenthost::models

// StoreAccess: the store as the extension for plugins sees it; the application ties it to the service.
// Thread-safe.
#pragma once

#include <functional>
#include <string>

#include "host/base/error.hpp"

namespace agenthost::extensions {

enum class StoreOperation { kGet, kPut, kRemove, kSearch, kNamespaces };

struct StoreAccess {
  using Answer = std::function<void(Result<std::string>)>;

  virtual ~StoreAccess() = default;
  // request and answer: JSON texts as ext/store.h has them. Answers once, from any thread; never blocks.
  virtual void call(StoreOperation operation, std::string request, Answer answer) = 0;
};

}  // namespace agenthost::extensions

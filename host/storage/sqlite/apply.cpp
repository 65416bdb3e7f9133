#include "host/storage/sqlite/apply.hpp"

namespace agenthost::storage {

Status apply(Connection& connection, const Write& write) {
  return std::visit([&](const auto& one) { return apply(connection, one); }, write);
}

}  // namespace agenthost::storage

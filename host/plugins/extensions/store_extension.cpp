// agent.store/1 on StoreAccess: one reply for each request, JSON in and out.
#include "agenthost/ext/store.h"

#include "host/plugins/extensions/abi_text.hpp"
#include "host/plugins/extensions/extensions.hpp"

namespace agenthost::extensions {
namespace {

struct StoreInstance {
  StoreAccess& store;
  const std::size_t max_request_bytes;
};

template <StoreOperation operation>
agent_status store_call(agent_task* task, std::uint64_t token, agent_str request) noexcept {
  const auto instance =
      std::static_pointer_cast<StoreInstance>(plugins::extension_instance(task, AGENT_EXT_STORE));
  if (!instance) return AGENT_NOT_FOUND;
  const auto call = plugins::begin_call(task, token, {});
  if (!call) return AGENT_NOT_FOUND;
  if (request.size > instance->max_request_bytes) {
    call->finish(AGENT_EXHAUSTED, "store: the request is larger than " +
                                      std::to_string(instance->max_request_bytes) +
                                      " bytes (runtime.max_state_bytes); store less in one item");
    return AGENT_OK;
  }
  instance->store.call(operation, std::string(view(request)), [call](Result<std::string> answer) {
    if (answer) {
      call->finish(AGENT_OK, std::move(*answer));
    } else {
      call->finish(status_of(answer.error().code), "store: " + answer.error().text);
    }
  });
  return AGENT_OK;
}

constexpr agent_store_api kStoreTable{
    AGENT_SIZE(agent_store_api, namespaces), 0,
    &store_call<StoreOperation::kGet>,       &store_call<StoreOperation::kPut>,
    &store_call<StoreOperation::kRemove>,    &store_call<StoreOperation::kSearch>,
    &store_call<StoreOperation::kNamespaces>};

}  // namespace

plugins::Extension make_store_extension(StoreAccess& store, std::size_t max_request_bytes) {
  return {AGENT_EXT_STORE,
          &kStoreTable,
          std::make_shared<StoreInstance>(StoreInstance{store, max_request_bytes}),
          {}};
}

}  // namespace agenthost::extensions

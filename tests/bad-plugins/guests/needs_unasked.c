/* Cannot work without the store, which its manifest does not ask for. */
#include "agenthost/ext/store.h"

#define ID "needs_unasked"
#define ENTER enter
#define START start
#include "../base.h"

static const agent_store_api* store;

static void enter(void) {
  store = (const agent_store_api*)host_api->get_extension(host, str(AGENT_EXT_STORE));
}

static agent_status start(agent_task* task) {
  if (store == NULL)
    return host_api->fail(task, AGENT_DENIED, str(""), str("there is nothing to keep it in"));
  return complete_with(task, "{\"x\":1}");
}

/* Ends its task twice, and fails it for good measure. */
#define ID "completes_twice"
#define START start
#include "base.h"

static agent_status start(agent_task* task) {
  complete_with(task, "{\"x\":1}");
  complete_with(task, "{\"x\":2}");
  host_api->fail(task, AGENT_INTERNAL, str(""), str("too late"));
  return AGENT_OK;
}

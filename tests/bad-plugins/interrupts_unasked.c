/* Stops at an interrupt it never raised. */
#define ID "interrupts_unasked"
#define START start
#include "base.h"

static agent_status start(agent_task* task) {
  return host_api->complete(task, AGENT_INTERRUPTED, NULL);
}

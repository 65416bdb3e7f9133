/* Fails with the status of success. */
#define ID "fails_with_ok"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  host_api->fail(task, AGENT_OK, str(""), str("all is well"));
  return AGENT_OK;
}

/* Takes a task and forgets it; a cancel is not heard either. */
#define ID "never_completes"
#define START start
#include "base.h"

static agent_status start(agent_task* task) {
  (void)task;
  return AGENT_OK;
}

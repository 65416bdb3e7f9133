/* Cannot start its node. */
#define ID "start_fails"
#define START start
#include "base.h"

static agent_status start(agent_task* task) {
  (void)task;
  return AGENT_EXHAUSTED;
}

/* Ends the process it is a guest in. */
#define ID "exits"
#define START start
#include <stdlib.h>
#include "../base.h"

static agent_status start(agent_task* task) {
  (void)task;
  exit(3);
}

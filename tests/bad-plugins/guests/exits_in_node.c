/* Ends the process when it has had enough. */
#include <stdlib.h>

#define ID "exits_in_node"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  (void)task;
  exit(3);
}

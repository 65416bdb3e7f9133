/* Gives up on the whole process. */
#define ID "aborts"
#define START start
#include <stdio.h>
#include <stdlib.h>
#include "../base.h"

static agent_status start(agent_task* task) {
  (void)task;
  fputs("an invariant is broken\n", stderr);
  abort();
}

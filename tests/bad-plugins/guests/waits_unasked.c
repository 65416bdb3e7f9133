/* Blocks in a node that is not declared blocking: the whole server would wait. */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include <time.h>

#define ID "waits_unasked"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  const struct timespec pause = {0, 600 * 1000 * 1000};
  nanosleep(&pause, NULL);
  return complete_with(task, "{}");
}

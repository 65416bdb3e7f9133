/* A blocking node that sleeps for ever when it is told to. */
#define ID "hangs_blocking"
#define START start
#define BLOCKING "true"
#include <unistd.h>
#include "../base.h"

static agent_status start(agent_task* task) {
  while (told()) pause();
  return complete_with(task, "{\"x\":1}");
}

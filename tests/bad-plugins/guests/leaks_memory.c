/* Forgets what it allocated, run after run. */
#include <stdlib.h>

#define ID "leaks_memory"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  char* volatile note = (char*)malloc(1000);
  if (note != NULL) note[0] = 'x';
  return complete_with(task, "{}");
}

/* Takes memory, and uses it, until there is none. */
#define ID "allocates"
#define START start
#include <stdlib.h>
#include "../base.h"

static agent_status start(agent_task* task) {
  const size_t step = (size_t)1 << 20;
  for (;;) {
    char* more = malloc(step);
    if (more == NULL) return complete_with(task, "{\"x\":\"refused\"}");
    memset(more, 1, step);
  }
}

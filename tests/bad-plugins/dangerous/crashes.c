/* Follows a null pointer when it is told to. */
#define ID "crashes"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  volatile int* nowhere = NULL;
  if (told()) *nowhere = 1;
  return complete_with(task, "{\"x\":1}");
}

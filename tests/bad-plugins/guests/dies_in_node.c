/* Follows a null pointer. */
#define ID "dies_in_node"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  static int* volatile nowhere;
  *nowhere = 1;
  return complete_with(task, "{}");
}

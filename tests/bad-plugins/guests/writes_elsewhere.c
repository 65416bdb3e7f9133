/* Writes a channel that its graph does not have. */
#define ID "writes_elsewhere"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  return complete_with(task, "{\"y\":1}");
}

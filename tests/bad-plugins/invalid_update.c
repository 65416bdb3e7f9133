/* Its update is no JSON. */
#define ID "invalid_update"
#define START start
#include "base.h"

static agent_status start(agent_task* task) {
  return complete_with(task, "{\"x\":");
}

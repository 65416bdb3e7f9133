/* Its update is JSON, but no object. */
#define ID "array_update"
#define START start
#include "base.h"

static agent_status start(agent_task* task) {
  return complete_with(task, "[1,2]");
}

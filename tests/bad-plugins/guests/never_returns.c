/* Does not come back from start_node, and looks at no cancel. */
#define ID "never_returns"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  static volatile int forever = 1;
  while (forever) {
  }
  return complete_with(task, "{}");
}

/* Never returns when it is told to. */
#define ID "hangs"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  while (told()) {
  }
  return complete_with(task, "{\"x\":1}");
}

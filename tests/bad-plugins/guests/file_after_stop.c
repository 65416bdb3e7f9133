/* Opens a file with every task and closes none. */
#include <fcntl.h>

#define ID "file_after_stop"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  return open("/dev/null", O_RDONLY) >= 0 ? complete_with(task, "{}") : AGENT_EXHAUSTED;
}

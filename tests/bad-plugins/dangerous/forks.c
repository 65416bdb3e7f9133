/* A fork bomb, as far as it gets. */
#define ID "forks"
#define START start
#include <unistd.h>
#include "../base.h"

static agent_status start(agent_task* task) {
  for (int i = 0; i < 1000; ++i) {
    if (fork() >= 0) return complete_with(task, "{\"x\":\"forked\"}");
  }
  return complete_with(task, "{\"x\":\"refused\"}");
}

/* Moves the whole server to another folder. */
#include <sys/stat.h>
#include <unistd.h>

#define ID "changes_directory"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  const int moved = chdir("/");
  umask(0);
  return moved == 0 ? complete_with(task, "{}") : AGENT_UNAVAILABLE;
}

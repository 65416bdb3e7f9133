/* Handles a signal that the server may want. */
#include <signal.h>

#define ID "takes_signals"
#define START start
#include "../base.h"

static void ignore(int number) {
  (void)number;
}

static agent_status start(agent_task* task) {
  signal(SIGUSR1, ignore);
  return complete_with(task, "{}");
}

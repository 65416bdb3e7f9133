/* Writes into the connection between its process and the server. */
#define ID "speaks_garbage"
#define START start
#include <unistd.h>
#include "../base.h"

static agent_status start(agent_task* task) {
  static const char garbage[64] = {-1, -1, -1, 127, 'x'};
  (void)task;
  return write(3, garbage, sizeof garbage) > 0 ? AGENT_OK : AGENT_INTERNAL;
}

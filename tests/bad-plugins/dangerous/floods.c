/* Writes a hundred thousand lines in a moment, on both ways to the log. */
#define ID "floods"
#define START start
#include <stdio.h>
#include "../base.h"

static agent_status start(agent_task* task) {
  for (int i = 0; i < 50000; ++i) {
    printf("flood %d\n", i);
    host_api->log(host, AGENT_LOG_WARN, str("flood"));
  }
  return complete_with(task, "{\"x\":1}");
}

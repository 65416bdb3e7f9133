/* Writes to stdout and stderr, which belong to the server. */
#define ID "prints"
#define START start
#include <stdio.h>
#include "../base.h"

static agent_status start(agent_task* task) {
  printf("printed to stdout\n");
  fprintf(stderr, "printed to stderr\n");
  return complete_with(task, "{\"x\":1}");
}

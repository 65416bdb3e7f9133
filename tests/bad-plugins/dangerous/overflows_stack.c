/* Recurses without end. */
#define ID "overflows_stack"
#define START start
#include "../base.h"

static int deeper(volatile int depth) {
  volatile char room[4096];
  room[0] = (char)depth;
  return depth < 0 ? room[0] : deeper(depth + 1) + room[0];
}

static agent_status start(agent_task* task) {
  return deeper(0) == 0 ? AGENT_INTERNAL : complete_with(task, "{}");
}

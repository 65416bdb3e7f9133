/* Completes from a thread of its own that nobody joins, perhaps before start_node has returned. */
#include <pthread.h>

#define ID "completes_elsewhere"
#define START start
#include "base.h"

static void* work(void* task) {
  complete_with((agent_task*)task, "{\"x\":\"elsewhere\"}");
  return NULL;
}

static agent_status start(agent_task* task) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, task) != 0) return AGENT_UNAVAILABLE;
  pthread_detach(thread);
  return AGENT_OK;
}

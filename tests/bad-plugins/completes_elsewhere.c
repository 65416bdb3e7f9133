/* Legal but nasty: completes from a thread of its own, perhaps before start_node has returned. */
#include <pthread.h>

#define ID "completes_elsewhere"
#define START start
#define STOP stop
#include "base.h"

static pthread_t thread;
static int thread_runs;

static void* work(void* task) {
  complete_with((agent_task*)task, "{\"x\":\"elsewhere\"}");
  return NULL;
}

static agent_status start(agent_task* task) {
  if (thread_runs) return AGENT_EXHAUSTED;
  if (pthread_create(&thread, NULL, work, task) != 0) return AGENT_UNAVAILABLE;
  thread_runs = 1;
  return AGENT_OK;
}

static agent_status stop(void) {
  if (thread_runs) pthread_join(thread, NULL);
  thread_runs = 0;
  return AGENT_OK;
}

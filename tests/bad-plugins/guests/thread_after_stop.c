/* Leaves its thread behind. */
#include <pthread.h>
#include <unistd.h>

#define ID "thread_after_stop"
#define START start
#include "../base.h"

static void* work(void* unused) {
  for (;;) pause();
  return unused;
}

static agent_status start(agent_task* task) {
  static pthread_t thread;
  static int started;
  if (!started) started = pthread_create(&thread, NULL, work, NULL) == 0;
  return complete_with(task, "{}");
}

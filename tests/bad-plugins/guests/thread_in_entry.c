/* Starts its thread when it is entered, before anybody asked it to work. */
#include <pthread.h>

#define ID "thread_in_entry"
#define ENTRY entry
#define STOP stop
#include "../base.h"

static pthread_t threads[2];
static unsigned started;
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void* work(void* unused) {
  pthread_mutex_lock(&gate);
  pthread_mutex_unlock(&gate);
  return unused;
}

static agent_status entry(void) {
  if (started == 2) return AGENT_OK;
  if (started == 0) pthread_mutex_lock(&gate);
  return pthread_create(&threads[started++], NULL, work, NULL) == 0 ? AGENT_OK : AGENT_UNAVAILABLE;
}

static agent_status stop(void) {
  pthread_mutex_unlock(&gate);
  while (started > 0) pthread_join(threads[--started], NULL);
  return AGENT_OK;
}

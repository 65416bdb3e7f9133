/* Works in its entry instead of only filling in the reply. */
#define _POSIX_C_SOURCE 200809L /* nanosleep */
#include <time.h>

#define ID "slow_entry"
#define ENTRY entry
#include "../base.h"

static agent_status entry(void) {
  const struct timespec pause = {0, 150 * 1000 * 1000};
  nanosleep(&pause, NULL);
  return AGENT_OK;
}

/* Refuses a second entry. */
#define ID "enters_once"
#define ENTRY entry
#include "../base.h"

static agent_status entry(void) {
  static int entered;
  return entered++ == 0 ? AGENT_OK : AGENT_UNAVAILABLE;
}

/* Crashes before it has said who it is. */
#define ID "crashes_at_entry"
#define ENTER enter
#include "../base.h"

static void enter(void) {
  volatile int* nowhere = NULL;
  *nowhere = 1;
}

/* Ends the process that enters it. */
#define ID "exits_at_entry"
#define ENTER enter
#include <stdlib.h>
#include "../base.h"

static void enter(void) {
  exit(3);
}

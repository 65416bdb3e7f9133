/* Never comes back from its entry. */
#define ID "hangs_at_entry"
#define ENTER enter
#include "../base.h"
#include <unistd.h>

static void enter(void) {
  for (;;) pause();
}

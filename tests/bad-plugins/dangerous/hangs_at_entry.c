/* Never comes back from its entry. */
#define ID "hangs_at_entry"
#define ENTER enter
#include <unistd.h>
#include "../base.h"

static void enter(void) {
  for (;;) pause();
}

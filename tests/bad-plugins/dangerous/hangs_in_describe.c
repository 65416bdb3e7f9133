/* Never says what it offers. */
#define ID "hangs_in_describe"
#define DESCRIPTION think()
#include <unistd.h>

static const char* think(void) {
  while (pause() != 0) {
  }
  return "";
}
#include "../base.h"

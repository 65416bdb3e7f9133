/* Crashes as soon as it is opened, before anybody has asked it anything. */
#define ID "crashes_in_constructor"
#include <stdlib.h>
#include "../base.h"

__attribute__((constructor)) static void crash(void) {
  abort();
}

/* Exports a helper beside its entry, where it may clash with another plugin's. */
#define ID "exports_more"
#include "../base.h"

AGENT_EXPORT int util_version(void);
int util_version(void) {
  return 1;
}

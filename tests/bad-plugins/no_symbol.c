/* A shared library, but no plugin. */
#include "agenthost/agent_plugin.h"

AGENT_EXPORT int something_else(void);
int something_else(void) {
  return 1;
}

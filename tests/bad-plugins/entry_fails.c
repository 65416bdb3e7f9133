/* Does not want to be loaded. */
#define ID "entry_fails"
#define ENTRY_STATUS AGENT_UNAVAILABLE
#include "base.h"

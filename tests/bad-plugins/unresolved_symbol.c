/* Calls what nobody provides: loading lazily would crash in the middle of a run. */
#define ID "unresolved_symbol"
#define START start
#include "base.h"

extern void nobody_has_this(void);

static agent_status start(agent_task* task) {
  nobody_has_this();
  return complete_with(task, "{}");
}

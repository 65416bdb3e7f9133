/* Goes on talking when it is done. */
#define ID "emits_after_complete"
#define START start
#include "base.h"

static agent_status start(agent_task* task) {
  host_api->emit(task, str("custom"), str("\"in time\""));
  complete_with(task, "{\"x\":1}");
  host_api->emit(task, str("custom"), str("\"too late\""));
  return AGENT_OK;
}

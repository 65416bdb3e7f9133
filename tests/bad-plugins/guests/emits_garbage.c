/* Emits what is no JSON, on a channel that is none. */
#define ID "emits_garbage"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  host_api->emit(task, str("custom"), str("{oops"));
  host_api->emit(task, str("gossip"), str("1"));
  return complete_with(task, "{}");
}

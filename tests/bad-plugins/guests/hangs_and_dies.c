/* One node does not come back, one never ends its task, one aborts, and the last writes what is lost. */
#include <stdlib.h>

#define ID "hangs_and_dies"
#define DESCRIPTION                                                                                          \
  "{\"graphs\":[{\"graph_id\":\"" ID                                                                         \
  "\",\"channels\":[{\"name\":\"x\"}],"                                                                      \
  "\"nodes\":[{\"name\":\"hangs\"},{\"name\":\"waits\"},{\"name\":\"dies\"},{\"name\":\"strays\"}],"         \
  "\"edges\":[[\"__start__\",\"hangs\"],[\"hangs\",\"waits\"],[\"waits\",\"dies\"],[\"dies\",\"strays\"]]}]" \
  "}"
#define TAKES_ANY_NAME
#define START_CALL start
#include "../base.h"

static agent_status start(agent_task* task, const agent_node_call* call) {
  static volatile int forever = 1;
  while (is(call->node, "hangs") && forever) {
  }
  if (is(call->node, "waits")) return AGENT_OK;
  if (is(call->node, "dies")) abort();
  return complete_with(task, "{\"y\":1}");
}

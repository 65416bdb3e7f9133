/* Behaves: its second node needs what the first one wrote, its last one needs what nobody here writes. */
#define ID "builds_on"
#define DESCRIPTION                                                              \
  "{\"graphs\":[{\"graph_id\":\"" ID                                             \
  "\",\"channels\":[{\"name\":\"x\"}],"                                          \
  "\"nodes\":[{\"name\":\"first\"},{\"name\":\"second\"},{\"name\":\"third\"}]," \
  "\"edges\":[[\"__start__\",\"first\"],[\"first\",\"second\"],[\"second\",\"third\"]]}]}"
#define TAKES_ANY_NAME
#define START_CALL start
#include "../base.h"

static int has_x(agent_str state) {
  return state.size >= sizeof("{\"x\":1}") - 1 &&
         memcmp(state.data, "{\"x\":1}", sizeof("{\"x\":1}") - 1) == 0;
}

static agent_status start(agent_task* task, const agent_node_call* call) {
  if (is(call->node, "first") || (is(call->node, "second") && has_x(call->state)))
    return complete_with(task, "{\"x\":1}");
  return host_api->fail(task, AGENT_INVALID, str("Missing"), str("I need more"));
}

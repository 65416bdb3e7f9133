/* Writes what is no message to a channel of messages: a good JSON object, which every server refuses. */
#define ID "refused_update"
#define DESCRIPTION                                                 \
  "{\"graphs\":[{\"graph_id\":\"" ID                                \
  "\",\"channels\":[{\"name\":\"talk\",\"reducer\":\"messages\"}]," \
  "\"nodes\":[{\"name\":\"node\"}],\"edges\":[[\"__start__\",\"node\"]]}]}"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  return complete_with(task, "{\"talk\":5}");
}

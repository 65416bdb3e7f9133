/* Sends the run to a node that does not exist. */
#define ID "routes_nowhere"
#define DESCRIPTION                                                       \
  "{\"graphs\":[{\"graph_id\":\"" ID                                      \
  "\",\"channels\":[{\"name\":\"x\"}],"                                   \
  "\"nodes\":[{\"name\":\"node\"}],\"edges\":[[\"__start__\",\"node\"]]," \
  "\"conditional_edges\":[{\"from\":\"node\",\"name\":\"onward\",\"targets\":[\"__end__\"]}]}]}"
#define ROUTE route
#include "../base.h"

static agent_status route(agent_bytes* out) {
  *out = static_bytes("[\"nobody\"]");
  return AGENT_OK;
}

/* Aborts while it decides an edge. */
#include <stdlib.h>

#define ID "dies_in_route"
#define DESCRIPTION                                                       \
  "{\"graphs\":[{\"graph_id\":\"" ID                                      \
  "\",\"channels\":[{\"name\":\"x\"}],"                                   \
  "\"nodes\":[{\"name\":\"node\"}],\"edges\":[[\"__start__\",\"node\"]]," \
  "\"conditional_edges\":[{\"from\":\"node\",\"name\":\"onward\",\"targets\":[\"__end__\"]}]}]}"
#define ROUTE route
#include "../base.h"

static agent_status route(agent_bytes* out) {
  (void)out;
  abort();
}

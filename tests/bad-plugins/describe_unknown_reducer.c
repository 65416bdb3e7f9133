/* Wants a reducer that the host does not have. */
#define ID "describe_unknown_reducer"
#define DESCRIPTION                                                                                    \
  "{\"graphs\":[{\"graph_id\":\"describe_unknown_reducer\",\"channels\":[{\"name\":\"x\",\"reducer\":" \
  "\"summ\"}],"                                                                                        \
  "\"nodes\":[{\"name\":\"node\"}],\"edges\":[[\"__start__\",\"node\"]]}]}"
#include "base.h"

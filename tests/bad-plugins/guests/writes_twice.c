/* Two nodes of one superstep write a channel that takes one value. */
#define ID "writes_twice"
#define DESCRIPTION                                                                          \
  "{\"graphs\":[{\"graph_id\":\"" ID                                                         \
  "\",\"channels\":[{\"name\":\"x\"}],\"nodes\":[{\"name\":\"left\"},{\"name\":\"right\"}]," \
  "\"edges\":[[\"__start__\",\"left\"],[\"__start__\",\"right\"]]}]}"
#define TAKES_ANY_NAME
#include "../base.h"

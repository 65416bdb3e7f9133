/* Says another name than its manifest. */
#define ID "somebody_else"
#define GRAPH_ID "wrong_id"
#include "base.h"

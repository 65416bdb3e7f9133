/* Offers another graph than its manifest lists. */
#define ID "graph_mismatch"
#define GRAPH_ID "unlisted"
#include "base.h"

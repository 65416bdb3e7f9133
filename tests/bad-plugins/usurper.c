/* Offers a graph that another plugin has. */
#define ID "usurper"
#define GRAPH_ID "good"
#include "base.h"

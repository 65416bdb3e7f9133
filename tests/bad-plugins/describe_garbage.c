/* Describes itself in what is no JSON. */
#define ID "describe_garbage"
#define DESCRIPTION "{\"graphs\": [oops"
#include "base.h"

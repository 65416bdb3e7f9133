/* The one that behaves: it must be loaded whatever its neighbours do. */
#define ID "good"
#include "base.h"

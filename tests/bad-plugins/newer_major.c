/* Built for an ABI of the future. */
#define ID "newer_major"
#define ABI_MAJOR 2
#include "base.h"

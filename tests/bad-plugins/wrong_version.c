/* An old build next to a new manifest. */
#define ID "wrong_version"
#define VERSION "0.9.0"
#include "base.h"

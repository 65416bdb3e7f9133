/* Describes something else each time it is asked. */
#define ID "unstable_describe"
#define DESCRIBE_AGAIN "{\"graphs\":[]}"
#include "../base.h"

/* Makes every graph and runs every node that it is asked for. */
#define ID "takes_any_name"
#define TAKES_ANY_NAME
#include "../base.h"

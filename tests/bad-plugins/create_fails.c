/* Misses something in its configuration, and says so. */
#define ID "create_fails"
#define CREATE_ERROR "config.model is missing; set it under plugins.config.create_fails"
#include "base.h"

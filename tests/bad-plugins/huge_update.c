/* Writes 80 MB. */
#include <stdlib.h>

#define ID "huge_update"
#define START start
#include "base.h"

static void release(agent_bytes* self) {
  free(self->owner);
  self->owner = NULL;
}

static agent_status start(agent_task* task) {
  const size_t size = (size_t)80 * 1000 * 1000;
  agent_bytes update = {NULL, size, NULL, release};
  char* text = (char*)malloc(size);
  if (text == NULL) return AGENT_EXHAUSTED;
  memset(text, 'x', size);
  memcpy(text, "{\"x\":\"", 6);
  memcpy(text + size - 2, "\"}", 2);
  update.data = (const uint8_t*)text;
  update.owner = text;
  return host_api->complete(task, AGENT_OK, &update);
}

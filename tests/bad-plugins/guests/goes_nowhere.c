/* Commands the run to a node that does not exist. */
#define ID "goes_nowhere"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  agent_bytes command = static_bytes("{\"update\":{\"x\":1},\"goto\":[\"mars\"]}");
  return host_api->complete(task, AGENT_COMMAND, &command);
}

/* Does not release the answer that it was given. */
#define ID "keeps_answer"
#define START start
#include "../base.h"

static agent_status start(agent_task* task) {
  agent_bytes answer;
  const agent_status status = host_api->interrupt(task, str("\"really?\""), &answer);
  if (status == AGENT_INTERRUPTED) return host_api->complete(task, AGENT_INTERRUPTED, NULL);
  return complete_with(task, "{\"x\":1}");
}

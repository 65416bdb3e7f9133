/* Ends its task after a good reply, and forgets it after a bad one. */
#include "agenthost/ext/timer.h"

#define ID "forgets_failed_reply"
#define ENTRY entry
#define START start
#define ON_REPLY on_reply
#include "../base.h"

static const agent_timer_api* timer;

static agent_status entry(void) {
  timer = (const agent_timer_api*)host_api->get_extension(host, str(AGENT_EXT_TIMER));
  return timer != NULL ? AGENT_OK : AGENT_DENIED;
}

static agent_status start(agent_task* task) {
  return timer->sleep(task, 1, 1);
}

static void on_reply(agent_task* task, uint64_t token, const agent_reply* reply) {
  (void)token;
  if (reply->status == AGENT_OK) complete_with(task, "{\"x\":1}");
}

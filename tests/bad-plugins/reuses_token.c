/* Asks for two timers under one token, then for another one when its task has ended. */
#include "agenthost/ext/timer.h"

#define ID "reuses_token"
#define START start
#define ON_REPLY on_reply
#include "base.h"

static const agent_timer_api* timer;
static int replies;

static agent_status start(agent_task* task) {
  timer = (const agent_timer_api*)host_api->get_extension(host, str(AGENT_EXT_TIMER));
  if (timer == NULL) return AGENT_DENIED;
  replies = 0;
  timer->sleep(task, 5, 1);
  timer->sleep(task, 5, 1);
  return AGENT_OK;
}

static void on_reply(agent_task* task, uint64_t token, const agent_reply* reply) {
  (void)reply;
  if (token != 5 || ++replies < 2) return;
  complete_with(task, "{\"x\":\"two replies\"}");
  timer->sleep(task, 6, 1);
}

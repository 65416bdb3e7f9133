/* agent.timer/1: time without a thread. */
#ifndef AGENTHOST_EXT_TIMER_H
#define AGENTHOST_EXT_TIMER_H

#include "agenthost/agent_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AGENT_EXT_TIMER "agent.timer/1"

typedef struct agent_timer_api {
  uint32_t struct_size;
  uint32_t reserved;

  /* [any-thread] on_reply(token) after this many nanoseconds: AGENT_OK, text "null". Cancel or deadline end
   * it early with AGENT_CANCELLED or AGENT_DEADLINE. */
  agent_status (*sleep)(agent_task* task, uint64_t token, uint64_t nanoseconds) AGENT_NOEXCEPT;

  /* [any-thread] Microseconds since 1970-01-01T00:00:00Z, from the host's clock. */
  int64_t (*now_us)(agent_host* host) AGENT_NOEXCEPT;
} agent_timer_api;

#ifdef __cplusplus
}
#endif
#endif

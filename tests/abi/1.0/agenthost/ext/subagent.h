/*
 * agent.subagent/1: runs another agent of this server and gets what it ended with. That run has a thread of
 * its own, which is gone afterwards; it sees nothing of the caller but its input. When graph and inner graph
 * are both yours and share channels, questions and checkpoints, use a subgraph instead (see describe()).
 */
#ifndef AGENTHOST_EXT_SUBAGENT_H
#define AGENTHOST_EXT_SUBAGENT_H

#include "agenthost/agent_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AGENT_EXT_SUBAGENT "agent.subagent/1"

typedef struct agent_subagent_api {
  uint32_t struct_size;
  uint32_t reserved;

  /* [any-thread] Starts a run. request: JSON object, copied:
   *   {"assistant_id":"...",            an assistant's id, or a graph's
   *    "input":{...},"config":{...},"context":{...},"metadata":{...}}   optional, as in the server's API
   * One final on_reply(token): AGENT_OK with the final state, a JSON object {channel: value}; or
   * AGENT_NOT_FOUND (no such agent), AGENT_INVALID (the request is wrong), AGENT_UNSUPPORTED (it stopped to
   * ask a human, whom nobody can reach from here), AGENT_EXHAUSTED (too many runs), AGENT_CANCELLED,
   * AGENT_DEADLINE or the status it failed with, with a text for people. When the task ends or is cancelled,
   * so is the run. A status other than AGENT_OK returned here means no reply will come. */
  agent_status (*run)(agent_task* task, uint64_t token, agent_str request) AGENT_NOEXCEPT;
} agent_subagent_api;

#ifdef __cplusplus
}
#endif
#endif

/*
 * agent.tools/1: the tools of other servers, which speak the Model Context Protocol. Which servers there are,
 * where, and with what credentials is the operator's business (tools.servers in agenthost.yaml); a plugin
 * names one, lists its tools for a model, and calls what the model asks for.
 */
#ifndef AGENTHOST_EXT_TOOLS_H
#define AGENTHOST_EXT_TOOLS_H

#include "agenthost/agent_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AGENT_EXT_TOOLS "agent.tools/1" /* [draft] */

/* [draft] Every function starts one call. request: JSON object, copied. One final on_reply(token): AGENT_OK
 * with JSON text, or AGENT_NOT_FOUND (no such server), AGENT_DENIED (it is off, not granted, or refuses us),
 * AGENT_INVALID (the request is wrong: an unknown tool, bad arguments), AGENT_UNAVAILABLE (no connection, or
 * the server failed), AGENT_UNSUPPORTED (it speaks something else), AGENT_EXHAUSTED (too large),
 * AGENT_CANCELLED or AGENT_DEADLINE, with a text for people. A status other than AGENT_OK returned here means
 * no reply will come. */
typedef struct agent_tools_api {
  uint32_t struct_size; /* [draft] */
  uint32_t reserved;    /* [draft] */

  /* [any-thread] [draft] {"server":"..."}. Reply: {"tools":[{"name","description","inputSchema",...}, ...]},
   * each as the server shows it. */
  agent_status (*list)(agent_task* task, uint64_t token, agent_str request) AGENT_NOEXCEPT;

  /* [any-thread] [draft] {"server":"...","name":"...","arguments":{...}}; arguments may be absent. Reply: the
   * tool's result as the protocol has it: {"content":[{"type":"text","text":"..."},
   * ...],"structuredContent":{...}, "isError":false}. A tool that failed is AGENT_OK with "isError":true: its
   * content says why, for the model to read. A call is never repeated, since it may change things; when the
   * task is cancelled the server is told. */
  agent_status (*call)(agent_task* task, uint64_t token, agent_str request) AGENT_NOEXCEPT;
} agent_tools_api;

#ifdef __cplusplus
}
#endif
#endif

/*
 * agent.store/1: JSON values that outlive a thread, shared by every agent and client of the server: memories,
 * profiles, anything worth keeping. A value is a JSON object under a namespace, a list of labels from the
 * widest to the narrowest (["users","42","memories"]), and a key. A label is not empty and has neither
 * periods nor control characters; the first one is not "langgraph".
 */
#ifndef AGENTHOST_EXT_STORE_H
#define AGENTHOST_EXT_STORE_H

#include "agenthost/agent_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AGENT_EXT_STORE "agent.store/1"

/* Every function starts one call. request: JSON object, copied. One final on_reply(token): AGENT_OK with JSON
 * text, or AGENT_INVALID (the request is wrong), AGENT_EXHAUSTED (it is too large), AGENT_UNAVAILABLE (the
 * disk), AGENT_CANCELLED or AGENT_DEADLINE, with a text for people. A status other than AGENT_OK returned
 * here means no reply will come. Calls of one task may overtake each other: wait for a reply before you rely
 * on it. */
typedef struct agent_store_api {
  uint32_t struct_size;
  uint32_t reserved;

  /* [any-thread] {"namespace":["a","b"],"key":"k"}; optional "refresh_ttl":true|false, whether the read
   * lengthens the item's life. Reply: the item, or null when there is none:
   *   {"namespace":["a","b"],"key":"k","value":{...},"created_at":"2026-...","updated_at":"2026-..."} */
  agent_status (*get)(agent_task* task, uint64_t token, agent_str request) AGENT_NOEXCEPT;

  /* [any-thread] {"namespace":["a","b"],"key":"k","value":{...}}; optional "ttl": minutes until it is
   * forgotten. Replaces what was there. Reply: null, once it is on disk. */
  agent_status (*put)(agent_task* task, uint64_t token, agent_str request) AGENT_NOEXCEPT;

  /* [any-thread] {"namespace":["a","b"],"key":"k"}. Reply: null, also when there was none. */
  agent_status (*remove)(agent_task* task, uint64_t token, agent_str request) AGENT_NOEXCEPT;

  /* [any-thread] {"namespace_prefix":["a"],"filter":{"field":value or {"$gt":value}},"limit":10,"offset":0},
   * all optional; operators are $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin and $exists. Reply:
   * {"items":[item, ...]}, last changed first. */
  agent_status (*search)(agent_task* task, uint64_t token, agent_str request) AGENT_NOEXCEPT;

  /* [any-thread] {"prefix":["a","*"],"suffix":["z"],"max_depth":2,"limit":100,"offset":0}, all optional; "*"
   * stands for any one label. Reply: {"namespaces":[["a","b"], ...]}, in order. */
  agent_status (*namespaces)(agent_task* task, uint64_t token, agent_str request) AGENT_NOEXCEPT;
} agent_store_api;

#ifdef __cplusplus
}
#endif
#endif

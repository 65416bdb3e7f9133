/*
 * agent.llm/1: a language model through the host. The operator chooses provider, model and key in YAML
 * (gemini | openai | anthropic | offline); a plugin says what it wants said.
 */
#ifndef AGENTHOST_EXT_LLM_H
#define AGENTHOST_EXT_LLM_H

#include "agenthost/agent_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AGENT_EXT_LLM "agent.llm/1"

typedef struct agent_llm_api {
  uint32_t struct_size;
  uint32_t reserved;

  /* [any-thread] Starts a completion. request: JSON object, copied:
   *   {"model":"default",                       a key of `llm.models` in agenthost.yaml; absent = "default"
   *    "messages":[{"role":"system|user|assistant","content":"..."}],
   *    "temperature":0.2, "max_tokens":4096,    optional
   *    "response_schema":{...},                 optional JSON Schema: the answer is JSON that validates
   * against it (one repair attempt, then AGENT_INVALID) "stream":true,                           optional:
   * parts arrive as AGENT_MORE {"delta":"..."} "message_id":"..."}                      optional: the host
   * also streams each part to the run as a message chunk with this id (stream mode messages) One final
   * on_reply(token): AGENT_OK with
   *   {"content":"...","json":<the parsed answer, when response_schema>,"model":"...","provider":"...",
   *    "finish_reason":"stop","usage":{"input_tokens":1,"output_tokens":2}}
   * or AGENT_UNAVAILABLE, AGENT_DEADLINE, AGENT_CANCELLED, AGENT_DENIED, AGENT_INVALID with a text for
   * people. AGENT_UNSUPPORTED: the model is `offline`; the plugin does the work itself. */
  agent_status (*complete)(agent_task* task, uint64_t token, agent_str request) AGENT_NOEXCEPT;

  /* [any-thread] 1 when that model ("" = default) is a real model, 0 when it is offline or absent. */
  int32_t (*is_online)(agent_host* host, agent_str model) AGENT_NOEXCEPT;
} agent_llm_api;

#ifdef __cplusplus
}
#endif
#endif

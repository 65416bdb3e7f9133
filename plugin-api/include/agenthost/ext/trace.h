/*
 * agent.trace/1: what a node spends its time on, as spans in the run's trace. The server records a span for
 * each run and each node; a plugin adds its own below the node's. Where they go is the operator's business
 * (trace.sink in agenthost.yaml); while they go nowhere, new_span says 0 and the plugin saves itself the
 * work.
 */
#ifndef AGENTHOST_EXT_TRACE_H
#define AGENTHOST_EXT_TRACE_H

#include "agenthost/agent_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AGENT_EXT_TRACE "agent.trace/1" /* [draft] */

/* [draft] A piece of work that has ended. Borrowed until record returns. */
typedef struct agent_span {
  uint32_t struct_size; /* [draft] */
  agent_status status;  /* [draft] AGENT_OK: it went well */
  uint64_t id;          /* [draft] of new_span */
  uint64_t parent;      /* [draft] another span of this task; 0 = the node's own */
  int64_t start_ns;     /* [draft] of now_ns; not below 0 */
  int64_t end_ns;       /* [draft] not before start_ns */
  agent_str name;       /* [draft] what kind of work, not which: at most 200 bytes */
  agent_str text;       /* [draft] for people, when it did not go well; cut after 8192 bytes */
  agent_str attributes; /* [draft] which work: a JSON object of at most 8192 bytes, or empty. Never secrets */
} agent_span;

/* [draft] No function blocks or has a reply. */
typedef struct agent_trace_api {
  uint32_t struct_size; /* [draft] */
  uint32_t reserved;    /* [draft] */

  /* [any-thread] [draft] A number for a span that begins; 0 when this task is not traced, or has ended. */
  uint64_t (*new_span)(agent_task* task) AGENT_NOEXCEPT;

  /* [any-thread] [draft] Nanoseconds since 1970-01-01T00:00:00Z. */
  int64_t (*now_ns)(agent_host* host) AGENT_NOEXCEPT;

  /* [any-thread] [draft] Tells of a span, once, when it has ended; children may come before their parents.
   * AGENT_INVALID: a rule of agent_span is broken; the log says which, once. AGENT_NOT_FOUND: the task has
   * ended. AGENT_EXHAUSTED: it has told of 1000 spans. AGENT_OK also when it is not traced. */
  agent_status (*record)(agent_task* task, const agent_span* span) AGENT_NOEXCEPT;

  /* [any-thread] [draft] The W3C header "traceparent" that makes a request's work a child of the span (0 =
   * the node's own). AGENT_OK: *out holds its value (caller releases). AGENT_NOT_FOUND: the task is
   * not traced, or has ended. */
  agent_status (*traceparent)(agent_task* task, uint64_t span, agent_bytes* out) AGENT_NOEXCEPT;
} agent_trace_api;

#ifdef __cplusplus
}
#endif
#endif

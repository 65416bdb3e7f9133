/*
 * agent.http/1: HTTP through the host, so that time-outs, retries, rate limits, the egress allow-list, keys
 * and cassettes (record and replay) exist once. Keys never enter a plugin: name a `service` from the
 * operator's configuration and the host adds its base URL, credentials, retries and limits.
 */
#ifndef AGENTHOST_EXT_HTTP_H
#define AGENTHOST_EXT_HTTP_H

#include "agenthost/agent_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AGENT_EXT_HTTP "agent.http/1"

typedef struct agent_http_request {
  uint32_t struct_size;
  uint32_t timeout_ms; /* 0 = the service's, else the host's default */
  agent_str service;   /* a key of `services:` in agenthost.yaml; empty = none, then url must be absolute */
  agent_str method;    /* "GET", "POST", ... */
  agent_str url;       /* absolute, or a path (and query) below the service's base_url */
  agent_str headers;   /* JSON object {"name":"value"}; may be empty */
  agent_str body;
} agent_http_request;

typedef struct agent_http_api {
  uint32_t struct_size;
  uint32_t reserved;

  /* [any-thread] Starts a request; the struct is copied. One final on_reply(token):
   *   AGENT_OK           text {"status":200,"headers":{"content-type":"..."},"url":"...","attempts":1}, body
   * = the body. Any HTTP status arrives here (a 404 is an answer); 429 and 5xx only after the retries.
   *   AGENT_UNAVAILABLE  no connection, or it broke. AGENT_DEADLINE: time-out. AGENT_CANCELLED. AGENT_DENIED:
   * host not in the allow-list or service not granted. AGENT_EXHAUSTED: body over the limit. text says which.
   * A status other than AGENT_OK returned here means no reply will come. */
  agent_status (*request)(agent_task* task, uint64_t token, const agent_http_request* request) AGENT_NOEXCEPT;

  /* [any-thread] 1 when the operator configured and enabled a service of that name for this plugin. */
  int32_t (*has_service)(agent_host* host, agent_str service) AGENT_NOEXCEPT;
} agent_http_api;

#ifdef __cplusplus
}
#endif
#endif

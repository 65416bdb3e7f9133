/*
 * base.h: a well-behaved plugin in a header. Each bad plugin defines ID, the one piece that misbehaves (see
 * the #ifndefs) and includes this for the rest. Its graph has the plugin's id and one node.
 */
#ifndef BAD_PLUGINS_BASE_H
#define BAD_PLUGINS_BASE_H

#include <string.h>

#include "agenthost/agent_plugin.h"

#ifndef ID
#define ID "bad"
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif
#ifndef ABI_MAJOR
#define ABI_MAJOR AGENT_ABI_MAJOR
#endif
#ifndef ENTRY_STATUS
#define ENTRY_STATUS AGENT_OK
#endif
#ifndef GRAPH_ID
#define GRAPH_ID ID
#endif
#ifndef BLOCKING
#define BLOCKING "false"
#endif
#ifndef DESCRIPTION
#define DESCRIPTION                                                                         \
  "{\"graphs\":[{\"graph_id\":\"" GRAPH_ID                                                  \
  "\",\"channels\":[{\"name\":\"x\"}],\"nodes\":[{\"name\":\"node\",\"blocking\":" BLOCKING \
  "}],"                                                                                     \
  "\"edges\":[[\"__start__\",\"node\"],[\"node\",\"__end__\"]]}]}"
#endif

static const agent_host_api* host_api;
static agent_host* host;
static __thread const agent_node_call* node_call; /* inside START, which may run on several threads at once */

static inline agent_str str(const char* text) {
  agent_str out;
  out.data = text;
  out.size = strlen(text);
  return out;
}

static inline agent_bytes static_bytes(const char* text) {
  agent_bytes out;
  memset(&out, 0, sizeof(out));
  out.data = (const uint8_t*)text;
  out.size = strlen(text);
  return out;
}

/* Whether the node was given a state: the sign for those that misbehave only when they are told to. */
static inline int told(void) {
  return node_call->state.size > sizeof("{}") - 1;
}

static inline agent_status complete_with(agent_task* task, const char* update) {
  agent_bytes bytes = static_bytes(update);
  return host_api->complete(task, AGENT_OK, &bytes);
}

#if defined(START_CALL)
static agent_status START_CALL(agent_task* task, const agent_node_call* call) AGENT_NOEXCEPT;
#elif defined(START)
static agent_status START(agent_task* task) AGENT_NOEXCEPT;
#else
static agent_status good_start(agent_task* task) AGENT_NOEXCEPT {
  return complete_with(task, "{\"x\":1}");
}
#define START good_start
#endif
#ifdef ON_REPLY
static void ON_REPLY(agent_task* task, uint64_t token, const agent_reply* reply) AGENT_NOEXCEPT;
#endif
#ifdef STOP
static agent_status STOP(void) AGENT_NOEXCEPT;
#endif
#ifdef ROUTE
static agent_status ROUTE(agent_bytes* out) AGENT_NOEXCEPT;
#endif
#ifdef ENTRY
static agent_status ENTRY(void) AGENT_NOEXCEPT;
#endif

static inline int is(agent_str name, const char* text) {
  return name.size == strlen(text) && memcmp(name.data, text, name.size) == 0;
}

#ifdef ENTER
static void ENTER(void);
#endif

static agent_status base_describe(agent_plugin* plugin, agent_bytes* out) AGENT_NOEXCEPT {
  (void)plugin;
  *out = static_bytes(DESCRIPTION);
#ifdef DESCRIBE_AGAIN
  {
    static int times;
    if (++times > 1) *out = static_bytes(DESCRIBE_AGAIN);
  }
#endif
  return AGENT_OK;
}

static agent_status base_create(agent_plugin* plugin, agent_str id, agent_str config, agent_graph** out,
                                agent_bytes* error) AGENT_NOEXCEPT {
  (void)plugin, (void)id, (void)config, (void)out;
#ifndef TAKES_ANY_NAME
  if (!is(id, GRAPH_ID)) return AGENT_NOT_FOUND;
#endif
#ifdef CREATE_ERROR
  *error = static_bytes(CREATE_ERROR);
  return AGENT_INVALID;
#else
  (void)error;
  return AGENT_OK;
#endif
}

static void base_destroy(agent_graph* graph) AGENT_NOEXCEPT {
  (void)graph;
}

static agent_status base_start(agent_graph* graph, agent_task* task,
                               const agent_node_call* call) AGENT_NOEXCEPT {
  (void)graph;
  node_call = call;
#ifndef TAKES_ANY_NAME
  if (!is(call->node, "node")) return AGENT_NOT_FOUND;
#endif
#ifdef START_CALL
  return START_CALL(task, call);
#else
  return START(task);
#endif
}

static void base_on_reply(agent_graph* graph, agent_task* task, uint64_t token,
                          const agent_reply* reply) AGENT_NOEXCEPT {
  (void)graph, (void)task, (void)token, (void)reply;
#ifdef ON_REPLY
  ON_REPLY(task, token, reply);
#endif
}

static agent_status base_route(agent_graph* graph, agent_str edge, agent_str state,
                               agent_bytes* out) AGENT_NOEXCEPT {
  (void)graph, (void)edge, (void)state, (void)out;
#ifdef ROUTE
  return is(edge, "onward") ? ROUTE(out) : AGENT_NOT_FOUND;
#else
  return AGENT_NOT_FOUND;
#endif
}

static agent_status base_stop(agent_plugin* plugin) AGENT_NOEXCEPT {
  (void)plugin;
#ifdef STOP
  return STOP();
#else
  return AGENT_OK;
#endif
}

static const agent_plugin_api base_api = {AGENT_SIZE(agent_plugin_api, stop),
                                          0,
                                          base_describe,
                                          base_create,
                                          base_destroy,
                                          base_start,
                                          base_on_reply,
                                          base_route,
                                          NULL,
                                          base_stop};

AGENT_EXPORT agent_status agent_plugin_entry(const agent_entry_request* request,
                                             agent_entry_reply* reply) AGENT_NOEXCEPT {
  host_api = request->host_api;
  host = request->host;
#ifdef ENTER
  ENTER();
#endif
  reply->abi_major = ABI_MAJOR;
  reply->abi_minor = 0;
  reply->plugin_id = str(ID);
  reply->plugin_version = str(VERSION);
  reply->plugin_api = &base_api;
#ifdef ENTRY
  return ENTRY();
#else
  return ENTRY_STATUS;
#endif
}

#endif

/*
 * @NAME@: one graph with one node, in C99. The contract is agenthost/agent_plugin.h, which says what each
 * function promises. A larger example that reads its state and waits is plugins/echo of agenthost, in
 * share/doc/agenthost where that is installed.
 */
#include <agenthost/agent_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STR(literal) ((agent_str){(literal), sizeof(literal) - 1})

static const char kDescription[] =
    "{\"graphs\":[{\"graph_id\":\"@NAME@\","
    "\"channels\":[{\"name\":\"greeting\"}],"
    "\"nodes\":[{\"name\":\"greet\"}],"
    "\"edges\":[[\"__start__\",\"greet\"],[\"greet\",\"__end__\"]]}]}";

static const agent_host_api* api;
static agent_host* host;

struct agent_graph {
  char greeting[64];
};

static void release_text(agent_bytes* self) {
  free(self->owner);
}

static agent_status describe(agent_plugin* plugin, agent_bytes* out) {
  (void)plugin;
  *out = (agent_bytes){(const uint8_t*)kDescription, sizeof kDescription - 1, NULL, NULL};
  return AGENT_OK;
}

/* One configured graph; config is the `config:` of plugin.yaml with the operator's changes, as JSON. */
static agent_status create_graph(agent_plugin* plugin, agent_str graph_id, agent_str config,
                                 agent_graph** out, agent_bytes* error) {
  (void)plugin, (void)config, (void)error;
  if (graph_id.size != strlen("@NAME@") || memcmp(graph_id.data, "@NAME@", graph_id.size) != 0)
    return AGENT_NOT_FOUND;
  *out = malloc(sizeof **out);
  if (*out == NULL) return AGENT_EXHAUSTED;
  snprintf((*out)->greeting, sizeof(*out)->greeting, "hello from C");
  return AGENT_OK;
}

static void destroy_graph(agent_graph* graph) {
  free(graph);
}

/* Starts a node. call->state is its input as JSON; from here on, complete() or fail() is owed exactly once.
 */
static agent_status start_node(agent_graph* graph, agent_task* task, const agent_node_call* call) {
  if (call->node.size != strlen("greet") || memcmp(call->node.data, "greet", call->node.size) != 0)
    return AGENT_NOT_FOUND;
  char* text = malloc(sizeof graph->greeting + 32);
  if (text == NULL) return AGENT_EXHAUSTED;
  sprintf(text, "{\"greeting\":\"%s\"}", graph->greeting);
  agent_bytes update = {(const uint8_t*)text, strlen(text), text, release_text};
  api->complete(task, AGENT_OK, &update);
  return AGENT_OK;
}

/* The answer of a host service, which this plugin does not ask for. */
static void on_reply(agent_graph* graph, agent_task* task, uint64_t token, const agent_reply* reply) {
  (void)graph, (void)task, (void)token, (void)reply;
}

/* Decides a conditional edge, of which this graph has none. */
static agent_status route(agent_graph* graph, agent_str edge, agent_str state, agent_bytes* out) {
  (void)graph, (void)edge, (void)state, (void)out;
  return AGENT_NOT_FOUND;
}

static agent_status stop(agent_plugin* plugin) {
  (void)plugin;
  return AGENT_OK;
}

static const agent_plugin_api kApi = {AGENT_SIZE(agent_plugin_api, stop),
                                      0,
                                      describe,
                                      create_graph,
                                      destroy_graph,
                                      start_node,
                                      on_reply,
                                      route,
                                      NULL,
                                      stop};

agent_status agent_plugin_entry(const agent_entry_request* request, agent_entry_reply* reply) {
  reply->abi_major = AGENT_ABI_MAJOR;
  reply->abi_minor = 0;
  if (request->abi_major != AGENT_ABI_MAJOR) return AGENT_UNSUPPORTED;
  api = request->host_api;
  host = request->host;
  api->log(host, AGENT_LOG_INFO, STR("@NAME@ is here"));
  reply->plugin_id = STR("@NAME@");
  reply->plugin_version = STR("0.1.0");
  reply->plugin_api = &kApi;
  return AGENT_OK;
}

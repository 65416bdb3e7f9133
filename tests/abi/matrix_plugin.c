/*
 * A plugin for the matrix of versions. It is compiled against the header of each version and answers with
 * what it sees of the host: {"built":<its minor>,"minor":<the minor in force>,"idle":<has the newer
 * function>}.
 */
#include <agenthost/agent_plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef NEEDS_MINOR
#define NEEDS_MINOR 0
#endif
#ifndef ID
#define ID "matrix"
#endif

static const agent_host_api* api;

static agent_str str(const char* text) {
  agent_str out = {text, strlen(text)};
  return out;
}

static void release_text(agent_bytes* self) {
  free(self->owner);
}

static agent_status describe(agent_plugin* plugin, agent_bytes* out) {
  static const char kGraphs[] = "{\"graphs\":[{\"graph_id\":\"" ID
                                "\",\"channels\":[{\"name\":\"seen\"}],\"nodes\":[{\"name\":\"look\"}],"
                                "\"edges\":[[\"__start__\",\"look\"],[\"look\",\"__end__\"]]}]}";
  agent_bytes bytes = {(const uint8_t*)kGraphs, sizeof kGraphs - 1, NULL, NULL};
  (void)plugin;
  *out = bytes;
  return AGENT_OK;
}

static agent_status create_graph(agent_plugin* plugin, agent_str graph_id, agent_str config,
                                 agent_graph** out, agent_bytes* error) {
  (void)plugin, (void)config, (void)out, (void)error;
  return graph_id.size == strlen(ID) && memcmp(graph_id.data, ID, graph_id.size) == 0 ? AGENT_OK
                                                                                      : AGENT_NOT_FOUND;
}

static void destroy_graph(agent_graph* graph) {
  (void)graph;
}

static int host_has_idle(void) {
#ifdef AGENT_NEXT
  return AGENT_HAS(api, agent_host_api, idle_ns) && api->idle_ns(NULL) == 7;
#else
  return 0;
#endif
}

static agent_status start_node(agent_graph* graph, agent_task* task, const agent_node_call* call) {
  const uint32_t own_minor = AGENT_ABI_MINOR;
  char* text = malloc(128);
  agent_bytes update = {NULL, 0, NULL, release_text};
  (void)graph;
  if (text == NULL) return AGENT_EXHAUSTED;
  if (call->node.size != 4 || memcmp(call->node.data, "look", 4) != 0) {
    free(text);
    return AGENT_NOT_FOUND;
  }
  snprintf(text, 128, "{\"seen\":{\"built\":%u,\"minor\":%u,\"idle\":%s}}", own_minor,
           api->abi_minor < own_minor ? api->abi_minor : own_minor, host_has_idle() ? "true" : "false");
  update.data = (const uint8_t*)text;
  update.size = strlen(text);
  update.owner = text;
  api->complete(task, AGENT_OK, &update);
  return AGENT_OK;
}

static void on_reply(agent_graph* graph, agent_task* task, uint64_t token, const agent_reply* reply) {
  (void)graph, (void)task, (void)token, (void)reply;
}

static agent_status route(agent_graph* graph, agent_str edge, agent_str state, agent_bytes* out) {
  (void)graph, (void)edge, (void)state, (void)out;
  return AGENT_NOT_FOUND;
}

static agent_status stop(agent_plugin* plugin) {
  (void)plugin;
  return AGENT_OK;
}

#ifdef AGENT_NEXT
static void on_idle(agent_plugin* plugin) {
  (void)plugin;
}
#define LAST on_idle
#else
#define LAST stop
#endif

static const agent_plugin_api kApi = {
    AGENT_SIZE(agent_plugin_api, LAST),
    0,
    describe,
    create_graph,
    destroy_graph,
    start_node,
    on_reply,
    route,
    NULL,
    stop,
#ifdef AGENT_NEXT
    on_idle,
#endif
};

agent_status agent_plugin_entry(const agent_entry_request* request, agent_entry_reply* reply) {
  api = request->host_api;
  reply->abi_major = AGENT_ABI_MAJOR;
  reply->abi_minor = NEEDS_MINOR;
  reply->plugin_id = str(ID);
  reply->plugin_version = str("1.0.0");
  reply->plugin_api = &kApi;
#ifdef AGENT_NEXT
  if (reply->struct_size >= AGENT_SIZE(agent_entry_reply, licence)) reply->licence = str("MIT");
#endif
  return AGENT_OK;
}

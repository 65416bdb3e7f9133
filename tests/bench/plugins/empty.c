/* A plugin whose one node does nothing: what is measured with it is the call. */
#include "agenthost/agent_plugin.h"

#define STR(literal) ((agent_str){(literal), sizeof(literal) - 1})

static const char kDescription[] =
    "{\"graphs\":[{\"graph_id\":\"empty\",\"nodes\":[{\"name\":\"node\"}],"
    "\"edges\":[[\"__start__\",\"node\"],[\"node\",\"__end__\"]]}]}";

static const agent_host_api* api;

static agent_status describe(agent_plugin* plugin, agent_bytes* out) {
  (void)plugin;
  *out = (agent_bytes){(const uint8_t*)kDescription, sizeof kDescription - 1, NULL, NULL};
  return AGENT_OK;
}

static agent_status create_graph(agent_plugin* plugin, agent_str graph_id, agent_str config,
                                 agent_graph** out, agent_bytes* error) {
  (void)plugin, (void)graph_id, (void)config, (void)out, (void)error;
  return AGENT_OK;
}

static void destroy_graph(agent_graph* graph) {
  (void)graph;
}

static agent_status start_node(agent_graph* graph, agent_task* task, const agent_node_call* call) {
  (void)graph, (void)call;
  api->complete(task, AGENT_OK, NULL);
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
  api = request->host_api;
  reply->abi_major = AGENT_ABI_MAJOR;
  reply->plugin_id = STR("empty");
  reply->plugin_version = STR("1.0.0");
  reply->plugin_api = &kApi;
  return AGENT_OK;
}

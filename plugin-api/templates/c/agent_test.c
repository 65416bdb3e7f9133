/* The node, run through the plugin's real entry by a host of a few lines. */
#include <agenthost/agent_plugin.h>
#include <stdio.h>
#include <string.h>

static char update_seen[256];

static void log_line(agent_host* host, int32_t level, agent_str text) {
  (void)host, (void)level;
  printf("%.*s\n", (int)text.size, text.data);
}

static agent_status complete(agent_task* task, agent_status status, agent_bytes* update) {
  (void)task;
  if (status == AGENT_OK && update->size < sizeof update_seen)
    memcpy(update_seen, update->data, update->size);
  if (update->release != NULL) update->release(update);
  return AGENT_OK;
}

int main(void) {
  agent_host_api host_api = {.struct_size = AGENT_SIZE(agent_host_api, is_cancelled)};
  host_api.log = log_line;
  host_api.complete = complete;
  agent_entry_request request = {.struct_size = AGENT_SIZE(agent_entry_request, host),
                                 .abi_major = AGENT_ABI_MAJOR,
                                 .abi_minor = AGENT_ABI_MINOR,
                                 .host_api = &host_api};
  agent_entry_reply reply = {.struct_size = AGENT_SIZE(agent_entry_reply, plugin)};
  if (agent_plugin_entry(&request, &reply) != AGENT_OK) return 1;

  agent_graph* graph = NULL;
  agent_bytes error = {0};
  const agent_str graph_id = {"@NAME@", strlen("@NAME@")};
  const agent_str config = {"{}", 2};
  if (reply.plugin_api->create_graph(reply.plugin, graph_id, config, &graph, &error) != AGENT_OK) return 2;

  agent_node_call call = {.struct_size = AGENT_SIZE(agent_node_call, config), .attempt = 1};
  call.node = (agent_str){"greet", 5};
  call.state = config;
  call.config = config;
  if (reply.plugin_api->start_node(graph, NULL, &call) != AGENT_OK) return 3;
  reply.plugin_api->destroy_graph(graph);
  reply.plugin_api->stop(reply.plugin);

  printf("%s\n", update_seen);
  return strcmp(update_seen, "{\"greeting\":\"hello from C\"}") == 0 ? 0 : 4;
}

/*
 * A host for the matrix of versions: loads one plugin by the rules of its own version, runs its node and
 * prints what the plugin saw and what it sees of the plugin.   usage: matrix_host PLUGIN.so GRAPH
 */
#include <agenthost/agent_plugin.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static agent_status complete(agent_task* task, agent_status status, agent_bytes* update) {
  (void)task, (void)status;
  printf("%.*s", (int)update->size, (const char*)update->data);
  if (update->release != NULL) update->release(update);
  return AGENT_OK;
}

#ifdef AGENT_NEXT
static uint64_t idle_ns(agent_host* host) {
  (void)host;
  return 7;
}
#define LAST idle_ns
#else
#define LAST is_cancelled
#endif

static int plugin_has_on_idle(const agent_plugin_api* plugin) {
#ifdef AGENT_NEXT
  return AGENT_HAS(plugin, agent_plugin_api, on_idle) ? 1 : 0;
#else
  (void)plugin;
  return 0;
#endif
}

static int run(const agent_entry_reply* reply, const char* graph_id) {
  agent_graph* graph = NULL;
  agent_bytes error;
  agent_node_call call;
  const agent_str id = {graph_id, strlen(graph_id)};
  const agent_str empty = {"{}", 2};
  const agent_str node = {"look", 4};
  memset(&error, 0, sizeof error);
  memset(&call, 0, sizeof call);
  if (reply->plugin_api->create_graph(reply->plugin, id, empty, &graph, &error) != AGENT_OK) return 3;
  call.struct_size = (uint32_t)sizeof call;
  call.attempt = 1;
  call.node = node;
  call.state = empty;
  call.config = empty;
  if (reply->plugin_api->start_node(graph, NULL, &call) != AGENT_OK) return 4;
  reply->plugin_api->destroy_graph(graph);
  printf(" on_idle:%d\n", plugin_has_on_idle(reply->plugin_api));
  return reply->plugin_api->stop(reply->plugin) == AGENT_OK ? 0 : 5;
}

int main(int argc, char** argv) {
  static agent_host_api api;
  agent_entry_request request;
  agent_entry_reply reply;
  agent_status (*entry)(const agent_entry_request*, agent_entry_reply*);
  void* library = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  if (library == NULL) return 1;
  *(void**)&entry = dlsym(library, "agent_plugin_entry");
  memset(&request, 0, sizeof request);
  memset(&reply, 0, sizeof reply);
  api.struct_size = AGENT_SIZE(agent_host_api, LAST);
  api.complete = complete;
#ifdef AGENT_NEXT
  api.idle_ns = idle_ns;
#endif
  request.struct_size = (uint32_t)sizeof request;
  request.abi_major = AGENT_ABI_MAJOR;
  request.abi_minor = AGENT_ABI_MINOR;
  request.host_api = &api;
  reply.struct_size = (uint32_t)sizeof reply;
  api.abi_minor = AGENT_ABI_MINOR;
  if (entry(&request, &reply) != AGENT_OK) return 2;
  if (reply.abi_major != AGENT_ABI_MAJOR || reply.abi_minor > AGENT_ABI_MINOR) {
    printf("refused: needs %u.%u, have %u.%u\n", reply.abi_major, reply.abi_minor, AGENT_ABI_MAJOR,
           AGENT_ABI_MINOR);
    return 0;
  }
  return run(&reply, argv[2]);
}

/* Only has to link: the C contract needs nothing but its header. */
#include <agenthost/agent_plugin.h>

agent_status agent_plugin_entry(const agent_entry_request* request, agent_entry_reply* reply) {
  (void)request;
  (void)reply;
  return AGENT_UNSUPPORTED;
}

/* One that behaves: fetches the "url" of its state, and fails with the host's words when it may not. */
#include "agenthost/ext/http.h"

#define ID "fetches"
#define ENTRY entry
#define START_CALL start
#define ON_REPLY on_reply
#include "base.h"

static const agent_http_api* http;

static agent_status entry(void) {
  http = (const agent_http_api*)host_api->get_extension(host, str(AGENT_EXT_HTTP));
  return http != NULL ? AGENT_OK : AGENT_DENIED;
}

/* The state is {"url":"..."} and nothing else. */
static agent_status start(agent_task* task, const agent_node_call* call) {
  static const char kBefore[] = "{\"url\":\"";
  static const char kAfter[] = "\"}";
  const size_t around = sizeof kBefore - 1 + sizeof kAfter - 1;
  agent_http_request request;
  if (call->state.size < around) return AGENT_INVALID;
  memset(&request, 0, sizeof request);
  request.struct_size = sizeof request;
  request.method = str("GET");
  request.url.data = call->state.data + sizeof kBefore - 1;
  request.url.size = call->state.size - around;
  return http->request(task, 1, &request);
}

static void on_reply(agent_task* task, uint64_t token, const agent_reply* reply) {
  (void)token;
  if (reply->status == AGENT_OK) {
    complete_with(task, "{\"x\":\"fetched\"}");
  } else {
    host_api->fail(task, reply->status, str(""), reply->text);
  }
}

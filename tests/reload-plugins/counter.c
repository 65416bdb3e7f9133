/*
 * One plugin in several versions, for tests of replacing it. Its node waits as many milliseconds as "ms" of
 * the input says and answers with the version that ran it. When it is stopped it writes its version to the
 * file that COUNTER_STOPS names, if it does.
 */
#include <stdio.h>
#include <stdlib.h>

#include "agenthost/ext/timer.h"

#define ID "counter"
#define START_CALL start
#define ON_REPLY on_reply
#define STOP stop
#define DESCRIPTION                                                                           \
  "{\"graphs\":[{\"graph_id\":\"counter\",\"channels\":[{\"name\":\"x\"},{\"name\":\"ms\"}]," \
  "\"nodes\":[{\"name\":\"node\"}],\"edges\":[[\"__start__\",\"node\"],[\"node\",\"__end__\"]]}]}"
#include "bad-plugins/base.h"

static uint64_t milliseconds_of(agent_str state) {
  char text[256];
  const size_t size = state.size < sizeof(text) - 1 ? state.size : sizeof(text) - 1;
  memcpy(text, state.data, size);
  text[size] = '\0';
  const char* member = strstr(text, "\"ms\":");
  return member == NULL ? 0 : strtoull(member + strlen("\"ms\":"), NULL, 10);
}

static agent_status start(agent_task* task, const agent_node_call* call) {
  const uint64_t wait = milliseconds_of(call->state);
  if (wait == 0) return complete_with(task, "{\"x\":\"" VERSION "\"}");
  const agent_timer_api* timer = (const agent_timer_api*)host_api->get_extension(host, str(AGENT_EXT_TIMER));
  if (timer == NULL) return AGENT_DENIED;
  return timer->sleep(task, 1, wait * 1000000);
}

static void on_reply(agent_task* task, uint64_t token, const agent_reply* reply) {
  (void)token, (void)reply;
  complete_with(task, "{\"x\":\"" VERSION "\"}");
}

static agent_status stop(void) {
  const char* name = getenv("COUNTER_STOPS");
  FILE* file = name == NULL ? NULL : fopen(name, "a");
  if (file == NULL) return AGENT_OK;
  fputs(VERSION "\n", file);
  return fclose(file) == 0 ? AGENT_OK : AGENT_INTERNAL;
}

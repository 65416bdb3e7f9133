/*
 * echo: the smallest agent, in plain C. Answers "echo: <content of the last message>".
 *   delay_ms  waits that long first, without a thread
 *   tokens    writes that many custom events {"token":"tok<i>"} before the answer, as fast as the reader
 * takes them
 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agenthost/agent_plugin.h"
#include "agenthost/ext/timer.h"

#define MAX_TOKENS 1000000
#define MAX_DELAY_MS 86400000
#define NS_PER_MS 1000000u
#define STR(literal) ((agent_str){(literal), sizeof(literal) - 1})

static const char kDescription[] =
    "{\"abi\":\"1.0\",\"plugin\":\"echo\",\"version\":\"1.0.0\",\"graphs\":[{"
    "\"graph_id\":\"echo\",\"name\":\"Echo\",\"description\":\"Answers with what it was told.\","
    "\"channels\":[{\"name\":\"messages\",\"reducer\":\"messages\",\"initial\":[]},"
    "{\"name\":\"delay_ms\",\"reducer\":\"last_value\"},{\"name\":\"tokens\",\"reducer\":\"last_value\"}],"
    "\"nodes\":[{\"name\":\"echo\"}],"
    "\"edges\":[[\"__start__\",\"echo\"],[\"echo\",\"__end__\"]]}]}";

struct agent_plugin {
  const agent_host_api* api;
  agent_host* host;
  const agent_timer_api* timer; /* NULL = not granted */
};

struct agent_graph {
  const struct agent_plugin* plugin;
};

/* One echo on its way; while it waits for the timer, its address is the token. */
struct echo {
  const struct agent_plugin* plugin;
  agent_task* task;
  char* update; /* {"messages":[answer]} */
  long tokens;
  long next_token;
};

/* ---- JSON ---- */

/* A number of the state within [0, max]; 0 when absent, -1 when it is something else. */
static long read_count(const cJSON* state, const char* channel, long max) {
  const cJSON* value = cJSON_GetObjectItemCaseSensitive(state, channel);
  if (value == NULL || cJSON_IsNull(value)) return 0;
  const double number = cJSON_IsNumber(value) ? cJSON_GetNumberValue(value) : -1;
  return number >= 0 && number <= (double)max ? (long)number : -1;
}

/* What the last message says: its content, or the first text part of it. NULL when it says nothing. */
static const cJSON* last_text(const cJSON* state) {
  const cJSON* messages = cJSON_GetObjectItemCaseSensitive(state, "messages");
  const cJSON* last = cJSON_GetArrayItem(messages, cJSON_GetArraySize(messages) - 1);
  const cJSON* content = cJSON_GetObjectItemCaseSensitive(last, "content");
  if (cJSON_IsArray(content))
    content = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(content, 0), "text");
  return cJSON_IsString(content) ? content : NULL;
}

/* {"messages":[{"type":"ai","content":"echo: ..."}]}; NULL = out of memory. The host gives the message its
 * id. */
static char* make_update(const cJSON* state) {
  static const char kFormat[] = "{\"messages\":[{\"type\":\"ai\",\"content\":\"echo: %s}]}";
  const cJSON* said = last_text(state);
  char* quoted = said ? cJSON_PrintUnformatted(said) : NULL;
  if (said && quoted == NULL) return NULL;
  const char* tail = quoted ? quoted + 1 : "\""; /* the text behind its opening quote */
  const size_t size = sizeof kFormat + strlen(tail);
  char* update = malloc(size);
  if (update) snprintf(update, size, kFormat, tail);
  cJSON_free(quoted);
  return update;
}

/* ---- The node ---- */

static void release_text(agent_bytes* self) {
  free(self->owner);
}

static void echo_free(struct echo* echo) {
  free(echo->update);
  free(echo);
}

static void echo_fail(struct echo* echo, agent_status status, agent_str text) {
  echo->plugin->api->fail(echo->task, status, (agent_str){NULL, 0}, text);
  echo_free(echo);
}

static void echo_answer(struct echo* echo) {
  char* text = echo->update;
  echo->update = NULL; /* the host frees it */
  agent_bytes update = {(const uint8_t*)text, strlen(text), text, release_text};
  echo->plugin->api->complete(echo->task, AGENT_OK, &update);
  echo_free(echo);
}

static void echo_wait(struct echo* echo, uint64_t nanoseconds) {
  const agent_timer_api* timer = echo->plugin->timer;
  if (timer == NULL) {
    echo_fail(echo, AGENT_DENIED, STR("echo: waiting needs agent.timer/1; grant `timer` to this plugin"));
    return;
  }
  const agent_status status = timer->sleep(echo->task, (uint64_t)(uintptr_t)echo, nanoseconds);
  if (status != AGENT_OK) echo_fail(echo, status, STR("echo: the timer refused to wait"));
}

/* Writes tokens until the reader falls behind; then waits a little and comes back through on_reply. */
static void echo_continue(struct echo* echo) {
  while (echo->next_token < echo->tokens) {
    char event[48];
    const int size = snprintf(event, sizeof event, "{\"token\":\"tok%ld\"}", echo->next_token++);
    const agent_str json = {event, (size_t)size};
    if (echo->plugin->api->emit(echo->task, STR("custom"), json) == AGENT_WOULD_BLOCK) {
      echo_wait(echo, NS_PER_MS);
      return;
    }
  }
  echo_answer(echo);
}

static int is(agent_str name, const char* text) {
  return name.size == strlen(text) && memcmp(name.data, text, name.size) == 0;
}

static agent_status start_node(agent_graph* graph, agent_task* task, const agent_node_call* call) {
  if (!is(call->node, "echo")) return AGENT_NOT_FOUND;
  cJSON* state = cJSON_ParseWithLength(call->state.data, call->state.size);
  const long delay_ms = read_count(state, "delay_ms", MAX_DELAY_MS);
  const long tokens = read_count(state, "tokens", MAX_TOKENS);
  struct echo* echo = malloc(sizeof *echo);
  char* update = echo ? make_update(state) : NULL;
  cJSON_Delete(state);
  if (update == NULL) {
    free(echo);
    return AGENT_EXHAUSTED;
  }
  *echo = (struct echo){graph->plugin, task, update, tokens, 0};
  if (delay_ms < 0 || tokens < 0) {
    echo_fail(echo, AGENT_INVALID, STR("echo: delay_ms must be 0 to 86400000 and tokens 0 to 1000000"));
  } else if (delay_ms > 0) {
    echo_wait(echo, (uint64_t)delay_ms * NS_PER_MS);
  } else {
    echo_continue(echo);
  }
  return AGENT_OK;
}

static void on_reply(agent_graph* graph, agent_task* task, uint64_t token, const agent_reply* reply) {
  struct echo* echo = (struct echo*)(uintptr_t)token;
  (void)graph;
  (void)task;
  if (reply->status == AGENT_OK) {
    echo_continue(echo);
  } else {
    echo_fail(echo, reply->status, reply->text);
  }
}

/* ---- The plugin ---- */

static agent_status describe(agent_plugin* plugin, agent_bytes* out) {
  (void)plugin;
  *out = (agent_bytes){(const uint8_t*)kDescription, sizeof kDescription - 1, NULL, NULL};
  return AGENT_OK;
}

static agent_status create_graph(agent_plugin* plugin, agent_str graph_id, agent_str config,
                                 agent_graph** out, agent_bytes* error) {
  (void)config;
  (void)error;
  if (!is(graph_id, "echo")) return AGENT_NOT_FOUND;
  *out = malloc(sizeof **out);
  if (*out == NULL) return AGENT_EXHAUSTED;
  (*out)->plugin = plugin;
  return AGENT_OK;
}

static void destroy_graph(agent_graph* graph) {
  free(graph);
}

static agent_status route(agent_graph* graph, agent_str edge, agent_str state, agent_bytes* out) {
  (void)graph;
  (void)edge;
  (void)state;
  (void)out;
  return AGENT_NOT_FOUND; /* no conditional edges */
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
  static struct agent_plugin plugin; /* a process loads a plugin once */
  if (request->abi_major != AGENT_ABI_MAJOR) return AGENT_UNSUPPORTED;
  if (reply->struct_size < AGENT_SIZE(agent_entry_reply, plugin)) return AGENT_UNSUPPORTED;
  plugin.api = request->host_api;
  plugin.host = request->host;
  plugin.timer = request->host_api->get_extension(request->host, STR(AGENT_EXT_TIMER));
  reply->abi_major = AGENT_ABI_MAJOR;
  reply->abi_minor = 0;
  reply->plugin_id = STR("echo");
  reply->plugin_version = STR("1.0.0");
  reply->plugin_api = &kApi;
  reply->plugin = &plugin;
  return AGENT_OK;
}

/*
 * agent_plugin.h: the contract between agenthost and an agent plugin. ABI 1.0, frozen.
 *
 * A plugin is one shared library with one exported function, agent_plugin_entry. It describes its graphs as
 * data and runs single nodes on request; the host owns the loop, the state, the streams and the disk.
 *
 * HOW A CALL GOES
 *   1. The host reads plugin.yaml, loads the library and calls agent_plugin_entry(request, reply).
 *   2. describe() returns the graphs as JSON. create_graph() makes one configured instance of a graph.
 *   3. For each node that is due, the host calls start_node(graph, task, call). The plugin answers AGENT_OK
 * and then, from any thread, at once or an hour later, calls exactly one of complete() or fail() for that
 * task. Any other answer means: not started, and the host reports that status.
 *   4. Outside effects are asked of the host through extensions (agent.http/1, agent.llm/1, agent.store/1,
 * agent.subagent/1, agent.timer/1). Each such call carries a token of the plugin's choice; the answer comes
 * back as on_reply(graph, task, token, reply).
 *   5. Before unloading (which the host does not do in production) it calls stop(), which joins every thread.
 *
 * INTERRUPTS re-run the node. interrupt() either hands over the human's answer, or says AGENT_INTERRUPTED:
 * then the node ends with complete(task, AGENT_INTERRUPTED, NULL). On resume the node starts again from its
 * top and the n-th interrupt() of the task gets the n-th answer. So everything before an interrupt must be
 * safe to repeat.
 *
 * SUBGRAPHS are nodes that describe() gives a graph of their own. The host runs them; start_node is called
 * for their inner nodes only, and a node or edge inside is named by its path from the root graph, joined with
 * ':' ("weather_graph:ask_model"). So no name may contain ':' or '|'.
 *
 * SENDS AND COMMANDS. A Send, {"node":"x","input":<any JSON>}, starts a node with an input of its own instead
 * of the state; route() may answer with Sends. A node that ends with AGENT_COMMAND says besides its update
 * where to go next.
 *
 * PAYLOADS are UTF-8 JSON. Two types move data, and no other:
 *   agent_str    borrowed: valid until the call that passed it returns. Copy what you keep.
 *   agent_bytes  owned: whoever receives it calls release(bytes) exactly once (release may be NULL: static
 * data).
 *
 * THREADS. Each function has one tag:
 *   [setup]       one thread at a time per plugin, no task alive.
 *   [task]        one call at a time per task, any thread. start_node and on_reply of one task never overlap.
 *   [any-thread]  concurrent with everything.
 *
 * LIFETIMES are a chain: plugin > graph > task. agent_task* is a handle, not memory: a call with a task that
 * has ended is refused with AGENT_NOT_FOUND and harms nobody. Extension tables live as long as the plugin.
 *
 * ERRORS are a status (gRPC's numbers) plus text for people. Nothing unwinds across this line in either
 * direction.
 *
 * GROWTH. Released things never change in place; unreleased things may. Structs and tables grow only at their
 * end and say in struct_size how far they go (AGENT_SIZE: end of the last field, so that growth into tail
 * padding shows). Test a newer member with AGENT_HAS before use. Callers zero-fill what they pass. Removal
 * needs a new major; the major must be equal on both sides, the minor in force is the smaller of the two.
 *
 * LIFECYCLE. Everything here is stable since 1.0 unless its comment says [since 1.N], [deprecated 1.N] or
 * [draft]; a draft may still change or go. plugin-api/abi/1.0.txt is what 1.0 promised, and ctest holds every
 * later header to it.
 */
#ifndef AGENTHOST_AGENT_PLUGIN_H
#define AGENTHOST_AGENT_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define AGENT_NOEXCEPT noexcept
#else
#define AGENT_NOEXCEPT
#endif

#define AGENT_EXPORT __attribute__((visibility("default")))

#define AGENT_ABI_MAJOR 1u
#define AGENT_ABI_MINOR 0u

/* How far a struct goes: the end of its last known field, which sizeof would round up. */
#define AGENT_SIZE(type, last) ((uint32_t)(offsetof(type, last) + sizeof(((type*)0)->last)))
/* Whether *ptr reaches as far as field, and the field is set. */
#define AGENT_HAS(ptr, type, field) ((ptr)->struct_size >= AGENT_SIZE(type, field) && (ptr)->field)

/* ---- Status: an open set. 0 is success; treat an unknown value as AGENT_UNKNOWN. ---- */
typedef int32_t agent_status;
#define AGENT_OK 0
#define AGENT_CANCELLED 1     /* the run was cancelled */
#define AGENT_UNKNOWN 2       /* something failed and nobody knows what */
#define AGENT_INVALID 3       /* the caller's input is wrong; repeating it will not help */
#define AGENT_DEADLINE 4      /* the deadline passed */
#define AGENT_NOT_FOUND 5     /* no such thing; also: this task has ended */
#define AGENT_DENIED 7        /* not granted by the operator */
#define AGENT_EXHAUSTED 8     /* a limit was reached */
#define AGENT_UNSUPPORTED 12  /* this side does not know that */
#define AGENT_INTERNAL 13     /* a bug on the callee's side */
#define AGENT_UNAVAILABLE 14  /* try again later may help */
#define AGENT_WOULD_BLOCK 100 /* accepted, but the reader is behind: slow down */
#define AGENT_INTERRUPTED 101 /* no answer yet: stop here, the node will run again */
#define AGENT_MORE 102        /* one part of a streamed reply; more will follow for this token */
#define AGENT_COMMAND 103     /* the node's end is a command: an update and where to go; see complete() */

/* ---- Data ---- */
typedef struct agent_str {
  const char* data; /* not NUL-terminated; may be NULL when size is 0 */
  size_t size;
} agent_str;

typedef struct agent_bytes {
  const uint8_t* data;
  size_t size;
  void* owner; /* the releaser's own */
  void (*release)(struct agent_bytes* self)
      AGENT_NOEXCEPT; /* [any-thread] exactly once; NULL = nothing to free */
} agent_bytes;

/* ---- Handles ---- */
typedef struct agent_host agent_host; /* the host's end of one plugin; lives as long as the plugin */
typedef struct agent_task agent_task; /* the host's: one execution of one node; ends with complete or fail */
typedef struct agent_plugin agent_plugin; /* the plugin's: itself; from entry to the end of the process */
typedef struct agent_graph
    agent_graph; /* the plugin's: one configured graph; create_graph to destroy_graph */

/* ---- Log levels ---- */
#define AGENT_LOG_DEBUG 1
#define AGENT_LOG_INFO 2
#define AGENT_LOG_WARN 3
#define AGENT_LOG_ERROR 4

/* What a node is called with. Borrowed until start_node returns. */
typedef struct agent_node_call {
  uint32_t struct_size;
  uint32_t attempt; /* 1 on the first try of this task */
  agent_str node;   /* the node's name as in describe(); inside a subgraph its path */
  agent_str state;  /* JSON, the node's input: an object with every channel that has a value; for a Send
                       whatever it carried */
  agent_str
      config; /* JSON object: {"configurable":{...},"context":{...},"metadata":{...},"run_id","thread_id",
                 "assistant_id","graph_id","checkpoint_ns","task_id","step"} */
} agent_node_call;

/* The answer of an extension call. Borrowed until on_reply returns. */
typedef struct agent_reply {
  uint32_t struct_size;
  agent_status status; /* AGENT_OK: final and good; AGENT_MORE: a part; anything else: final and failed */
  agent_str text; /* JSON on AGENT_OK and AGENT_MORE (shape: see the extension); else the error for people */
  agent_str body; /* raw bytes where the extension has them (an HTTP body), else empty */
} agent_reply;

/* ---- Host to plugin: what every plugin may call. Frozen order, grows at the end. ---- */
typedef struct agent_host_api {
  uint32_t struct_size;
  uint32_t abi_minor; /* the newest minor this host knows; in force is the smaller of it and the plugin's */

  /* [setup] The table of an extension by id ("agent.http/1"), or NULL: absent, or not granted. */
  const void* (*get_extension)(agent_host* host, agent_str id)AGENT_NOEXCEPT;

  /* [any-thread] One line for the operator's log. Never put secrets in it. */
  void (*log)(agent_host* host, int32_t level, agent_str text) AGENT_NOEXCEPT;

  /* [any-thread] Ends a task, once. AGENT_OK: *update is a JSON object {channel: write}, NULL for no writes.
   * AGENT_COMMAND: *update is a JSON object, every member optional:
   *   {"update":{channel: write}|null,   as with AGENT_OK
   *    "goto":["node",{"node":"x","input":<any JSON>}],   what runs next, in addition to the node's edges;
   *                                      "__end__" adds nothing
   *    "graph":"__parent__"}             update and goto are for the graph around this node's subgraph
   * AGENT_INTERRUPTED: stops at the interrupt; update is ignored. The host always takes *update (and releases
   * it). AGENT_NOT_FOUND: the task had ended already; nothing happened. */
  agent_status (*complete)(agent_task* task, agent_status status, agent_bytes* update) AGENT_NOEXCEPT;

  /* [any-thread] Ends a task with an error, once. kind: a class name for people and clients ("ValueError");
   * empty = derived from the status. Returns AGENT_OK, or AGENT_NOT_FOUND when the task had ended already. */
  agent_status (*fail)(agent_task* task, agent_status status, agent_str kind, agent_str text) AGENT_NOEXCEPT;

  /* [any-thread] Sends JSON to the run's stream. channel "custom": any JSON, shown as written.
   * channel "messages": one message chunk, a JSON object with "id", "type" and "content"; its id must be that
   * of the message the node finally returns. channel "tools": what a tool call does, a JSON object with
   * "event" and "toolCallId": {"event":"on_tool_start","toolCallId","name","input"},
   * {"event":"on_tool_event",..., "data"}, {"event":"on_tool_end",...,"output"} or
   * {"event":"on_tool_error",...,"error"}. AGENT_INVALID: not such JSON. AGENT_WOULD_BLOCK: taken, but the
   * reader is behind. */
  agent_status (*emit)(agent_task* task, agent_str channel, agent_str json) AGENT_NOEXCEPT;

  /* [task] Asks a human. AGENT_OK: *answer holds the JSON answer (caller releases). AGENT_INTERRUPTED: end
   * the node with complete(task, AGENT_INTERRUPTED, NULL). value: JSON shown to the human. */
  agent_status (*interrupt)(agent_task* task, agent_str value, agent_bytes* answer) AGENT_NOEXCEPT;

  /* [any-thread] Nanoseconds left until the task's deadline; 0 when it has passed or the task has ended. */
  uint64_t (*deadline_ns)(agent_task* task) AGENT_NOEXCEPT;

  /* [any-thread] 1 when the task should stop: cancelled, past its deadline, or ended. */
  int32_t (*is_cancelled)(agent_task* task) AGENT_NOEXCEPT;
} agent_host_api;

/* ---- Plugin to host: what every plugin offers. Frozen order, grows at the end. ---- */
typedef struct agent_plugin_api {
  uint32_t struct_size;
  uint32_t reserved; /* zero */

  /* [setup] The graphs this plugin offers, as JSON (shape: docs/plugin-guide.md, "describe"). *out is owned
   * by the caller. The host calls it once and keeps the result. */
  agent_status (*describe)(agent_plugin* plugin, agent_bytes* out) AGENT_NOEXCEPT;

  /* [setup] One instance of a graph. config: JSON object, the `config` of the plugin in YAML. On failure set
   * *error to a text for the operator (the host releases it) and return the status. */
  agent_status (*create_graph)(agent_plugin* plugin, agent_str graph_id, agent_str config, agent_graph** out,
                               agent_bytes* error) AGENT_NOEXCEPT;

  /* [setup] */
  void (*destroy_graph)(agent_graph* graph) AGENT_NOEXCEPT;

  /* [task] Starts a node; must not block unless the node is declared blocking. AGENT_OK: the task is the
   * plugin's until complete or fail. Anything else: it stays with the host, which fails it with that status.
   */
  agent_status (*start_node)(agent_graph* graph, agent_task* task,
                             const agent_node_call* call) AGENT_NOEXCEPT;

  /* [task] The answer to an extension call this task made with that token. */
  void (*on_reply)(agent_graph* graph, agent_task* task, uint64_t token,
                   const agent_reply* reply) AGENT_NOEXCEPT;

  /* [any-thread] Decides a conditional edge: pure and quick. edge: its name as in describe(), inside a
   * subgraph its path. *out: a JSON array of node names ("__end__" to end) and Sends
   * ({"node":"x","input":<any JSON>}). On failure *out may hold a text for people. */
  agent_status (*route)(agent_graph* graph, agent_str edge, agent_str state, agent_bytes* out) AGENT_NOEXCEPT;

  /* [any-thread] Optional (NULL). The task should stop soon; complete or fail is still owed. Idempotent; may
   * come for a task that has just ended. Host services of this task are cancelled without it. */
  void (*cancel)(agent_graph* graph, agent_task* task) AGENT_NOEXCEPT;

  /* [setup] Joins every thread the plugin started. No task is alive. */
  agent_status (*stop)(agent_plugin* plugin) AGENT_NOEXCEPT;
} agent_plugin_api;

/* ---- The one door ---- */
typedef struct agent_entry_request {
  uint32_t struct_size;
  uint32_t abi_major;
  uint32_t abi_minor; /* the newest minor this host knows */
  uint32_t reserved;
  const agent_host_api* host_api; /* lives as long as the process */
  agent_host* host;
} agent_entry_request;

typedef struct agent_entry_reply {
  uint32_t struct_size; /* set by the caller; the plugin writes no further than this */
  uint32_t abi_major;   /* the major the plugin was built for */
  uint32_t abi_minor;   /* the lowest minor it needs */
  uint32_t reserved;
  agent_str plugin_id;      /* must equal `id` in plugin.yaml; static storage */
  agent_str plugin_version; /* must equal `version` in plugin.yaml; static storage */
  const agent_plugin_api* plugin_api;
  agent_plugin* plugin;
} agent_entry_reply;

/* [setup] The only exported symbol. Returns within 100 ms and starts no thread. May be called more than once.
 */
AGENT_EXPORT agent_status agent_plugin_entry(const agent_entry_request* request,
                                             agent_entry_reply* reply) AGENT_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif /* AGENTHOST_AGENT_PLUGIN_H */

// Where every field of ABI 1.0 lies on 64-bit Linux. A line here never changes once released; new fields add
// lines.
#include <gtest/gtest.h>

#include <cstddef>

#include "agenthost/agent_plugin.h"
#include "agenthost/ext/http.h"
#include "agenthost/ext/llm.h"
#include "agenthost/ext/metrics.h"
#include "agenthost/ext/store.h"
#include "agenthost/ext/subagent.h"
#include "agenthost/ext/timer.h"
#include "agenthost/ext/tools.h"
#include "agenthost/ext/trace.h"

#define AT(type, field, offset) \
  static_assert(offsetof(type, field) == (offset), #type "." #field " has moved")
#define ENDS(type, last, size) static_assert(AGENT_SIZE(type, last) == (size), #type " has another end")

AT(agent_str, data, 0);
AT(agent_str, size, 8);
static_assert(sizeof(agent_str) == 16);

AT(agent_bytes, data, 0);
AT(agent_bytes, size, 8);
AT(agent_bytes, owner, 16);
AT(agent_bytes, release, 24);
static_assert(sizeof(agent_bytes) == 32);

AT(agent_node_call, struct_size, 0);
AT(agent_node_call, attempt, 4);
AT(agent_node_call, node, 8);
AT(agent_node_call, state, 24);
AT(agent_node_call, config, 40);
ENDS(agent_node_call, config, 56);

AT(agent_reply, struct_size, 0);
AT(agent_reply, status, 4);
AT(agent_reply, text, 8);
AT(agent_reply, body, 24);
ENDS(agent_reply, body, 40);

AT(agent_host_api, struct_size, 0);
AT(agent_host_api, abi_minor, 4);
AT(agent_host_api, get_extension, 8);
AT(agent_host_api, log, 16);
AT(agent_host_api, complete, 24);
AT(agent_host_api, fail, 32);
AT(agent_host_api, emit, 40);
AT(agent_host_api, interrupt, 48);
AT(agent_host_api, deadline_ns, 56);
AT(agent_host_api, is_cancelled, 64);
ENDS(agent_host_api, is_cancelled, 72);

AT(agent_plugin_api, struct_size, 0);
AT(agent_plugin_api, reserved, 4);
AT(agent_plugin_api, describe, 8);
AT(agent_plugin_api, create_graph, 16);
AT(agent_plugin_api, destroy_graph, 24);
AT(agent_plugin_api, start_node, 32);
AT(agent_plugin_api, on_reply, 40);
AT(agent_plugin_api, route, 48);
AT(agent_plugin_api, cancel, 56);
AT(agent_plugin_api, stop, 64);
ENDS(agent_plugin_api, stop, 72);

AT(agent_entry_request, struct_size, 0);
AT(agent_entry_request, abi_major, 4);
AT(agent_entry_request, abi_minor, 8);
AT(agent_entry_request, reserved, 12);
AT(agent_entry_request, host_api, 16);
AT(agent_entry_request, host, 24);
ENDS(agent_entry_request, host, 32);

AT(agent_entry_reply, struct_size, 0);
AT(agent_entry_reply, abi_major, 4);
AT(agent_entry_reply, abi_minor, 8);
AT(agent_entry_reply, reserved, 12);
AT(agent_entry_reply, plugin_id, 16);
AT(agent_entry_reply, plugin_version, 32);
AT(agent_entry_reply, plugin_api, 48);
AT(agent_entry_reply, plugin, 56);
ENDS(agent_entry_reply, plugin, 64);

AT(agent_http_request, struct_size, 0);
AT(agent_http_request, timeout_ms, 4);
AT(agent_http_request, service, 8);
AT(agent_http_request, method, 24);
AT(agent_http_request, url, 40);
AT(agent_http_request, headers, 56);
AT(agent_http_request, body, 72);
ENDS(agent_http_request, body, 88);

AT(agent_http_api, request, 8);
AT(agent_http_api, has_service, 16);
ENDS(agent_http_api, has_service, 24);

AT(agent_llm_api, complete, 8);
AT(agent_llm_api, is_online, 16);
ENDS(agent_llm_api, is_online, 24);

AT(agent_store_api, get, 8);
AT(agent_store_api, put, 16);
AT(agent_store_api, remove, 24);
AT(agent_store_api, search, 32);
AT(agent_store_api, namespaces, 40);
ENDS(agent_store_api, namespaces, 48);

AT(agent_subagent_api, run, 8);
ENDS(agent_subagent_api, run, 16);

AT(agent_timer_api, sleep, 8);
AT(agent_timer_api, now_us, 16);
ENDS(agent_timer_api, now_us, 24);

AT(agent_tools_api, list, 8);
AT(agent_tools_api, call, 16);
ENDS(agent_tools_api, call, 24);

AT(agent_metrics_api, define, 8);
AT(agent_metrics_api, add, 16);
AT(agent_metrics_api, set, 24);
AT(agent_metrics_api, observe, 32);
ENDS(agent_metrics_api, observe, 40);

AT(agent_span, status, 4);
AT(agent_span, id, 8);
AT(agent_span, parent, 16);
AT(agent_span, start_ns, 24);
AT(agent_span, end_ns, 32);
AT(agent_span, name, 40);
AT(agent_span, text, 56);
AT(agent_span, attributes, 72);
ENDS(agent_span, attributes, 88);

AT(agent_trace_api, new_span, 8);
AT(agent_trace_api, now_ns, 16);
AT(agent_trace_api, record, 24);
AT(agent_trace_api, traceparent, 32);
ENDS(agent_trace_api, traceparent, 40);

// The numbers are the contract as much as the layout.
static_assert(AGENT_OK == 0 && AGENT_CANCELLED == 1 && AGENT_UNKNOWN == 2 && AGENT_INVALID == 3);
static_assert(AGENT_DEADLINE == 4 && AGENT_NOT_FOUND == 5 && AGENT_DENIED == 7 && AGENT_EXHAUSTED == 8);
static_assert(AGENT_UNSUPPORTED == 12 && AGENT_INTERNAL == 13 && AGENT_UNAVAILABLE == 14);
static_assert(AGENT_WOULD_BLOCK == 100 && AGENT_INTERRUPTED == 101 && AGENT_MORE == 102);
static_assert(AGENT_COMMAND == 103);

TEST(AbiLayout, HasReadsNoFurtherThanTheOtherSideGoes) {
  agent_host_api api{};
  api.log = [](agent_host*, int32_t, agent_str) noexcept {};
  api.struct_size = AGENT_SIZE(agent_host_api, get_extension);
  EXPECT_FALSE(AGENT_HAS(&api, agent_host_api, log)) << "set, but beyond the struct's end";
  api.struct_size = AGENT_SIZE(agent_host_api, log);
  EXPECT_TRUE(AGENT_HAS(&api, agent_host_api, log));
  api.log = nullptr;
  EXPECT_FALSE(AGENT_HAS(&api, agent_host_api, log)) << "within the struct, but not set";
}

/*
 * agent.metrics/1: numbers about a plugin's own work, on the server's /metrics page beside the server's own.
 * A metric NAME of plugin P is shown as agenthost_plugin_NAME{plugin="P",...}.
 *
 * Plugins share the names: one name, one kind. A plugin may run in several copies: two versions during a
 * reload, several worker processes. Counters and histograms add up over all of them; a gauge shows the sum of
 * what the copies that live have set. With the last copy the plugin's metrics go.
 *
 * Whoever reaches the page reads it: names, helps and labels hold no secrets and nothing about people.
 */
#ifndef AGENTHOST_EXT_METRICS_H
#define AGENTHOST_EXT_METRICS_H

#include "agenthost/agent_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define AGENT_EXT_METRICS "agent.metrics/1" /* [draft] */

/* [draft] No function waits for anything or has a reply. AGENT_NOT_FOUND: no such series, or the plugin has
 * been stopped. AGENT_INVALID: not for a metric of that kind, or not a finite number, also together with what
 * is there. AGENT_EXHAUSTED: numbers come faster than the server takes them. Nothing is counted then. */
typedef struct agent_metrics_api {
  uint32_t struct_size; /* [draft] */
  uint32_t reserved;    /* [draft] */

  /* [any-thread] [draft] One series: a metric with certain labels. definition: JSON object, copied:
   *   {"kind":"counter|gauge|histogram",
   *    "name":"papers_read_total",        [a-z][a-z0-9_]*, at most 100; a counter ends with _total, others
   *                                       with none of _total, _bucket, _count, _sum
   *    "help":"Papers read.",             optional, one line of at most 200 bytes
   *    "labels":{"source":"openalex"},    optional, at most 8; values are texts of at most 128 bytes
   *    "buckets":[0.1,1,10]}              optional, of a histogram: upper ends, growing, at most 32; absent =
   *                                       0.005 to 10, for seconds
   * AGENT_OK: *series is its number, never 0, and the same again for the same name and labels.
   * AGENT_INVALID: a rule is broken, or the name is already another kind of metric, maybe of another plugin,
   * or this plugin's with other buckets. AGENT_EXHAUSTED: the plugin has 1000 series: give labels few values.
   * The log says which and why, each once. */
  agent_status (*define)(agent_host* host, agent_str definition, uint64_t* series) AGENT_NOEXCEPT;

  /* [any-thread] [draft] A counter: amount is not below 0. A gauge: either way. */
  agent_status (*add)(agent_host* host, uint64_t series, double amount) AGENT_NOEXCEPT;

  /* [any-thread] [draft] A gauge, as this copy of the plugin sees it. */
  agent_status (*set)(agent_host* host, uint64_t series, double value) AGENT_NOEXCEPT;

  /* [any-thread] [draft] A histogram: one more value. */
  agent_status (*observe)(agent_host* host, uint64_t series, double value) AGENT_NOEXCEPT;
} agent_metrics_api;

#ifdef __cplusplus
}
#endif
#endif

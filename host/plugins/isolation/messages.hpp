// Messages: everything the server and a worker process say to each other. Every call of the plugin ABI that
// crosses the process border is one of these. Immutable values; texts borrow.
//
// A new or changed message is a new kProtocolVersion; server and worker come from one build, so nothing else
// is promised. `task` is the server's number for one assignment (a node or a conditional edge), `call` the
// worker's number for one call of a host service.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace agenthost::isolation {

inline constexpr std::uint32_t kProtocolVersion = 4;

enum class Type : std::uint8_t {
  // server to worker
  kSetUp = 1,
  kStart,
  kDecide,
  kCancel,
  kAbandon,
  kReply,
  kPing,
  kStop,
  // worker to server
  kReady = 64,
  kRefused,
  kEnded,
  kFailed,
  kAsked,
  kEmitted,
  kLogged,
  kPong,
  kHttpCall,
  kJsonCall,
  kTimerCall,
  kMetricDefined,
  kMeasured,
  kTraced,
};

// ---- server to worker ----

// Why the worker was started: to run the plugin, confined; or to see whether opening it goes well, as free as
// the server that means to open it next.
enum class Purpose : std::uint8_t { kWork, kTrial };

// The first message: who the plugin is, what it is given, and how the worker confines itself before it
// touches the library.
struct SetUp {
  static constexpr auto kType = Type::kSetUp;
  std::uint32_t version = kProtocolVersion;
  std::uint8_t purpose = 0;  // Purpose
  std::uint64_t cookie = 0;  // comes back in Ready
  std::uint32_t first_call =
      0;  // the upper half of the worker's call numbers, so that no two workers share one
  std::string_view plugin_id, plugin_version, config;
  std::string_view folder, library, library_name;  // the name is that of the manifest, for people
  std::vector<std::string_view> graphs, needs;
  std::vector<std::string_view> extensions;        // ids that were granted
  std::vector<std::string_view> services, models;  // what has_service and is_online say 1 to
  std::vector<std::string_view> readable;          // folders and files, besides the system's libraries
  std::uint64_t max_update_bytes = 0, memory_bytes = 0;
  std::uint32_t blocking_threads = 0, cpu_seconds = 0, open_files = 0;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.version, self.purpose, self.cookie, self.first_call, self.plugin_id, self.plugin_version,
           self.config, self.folder, self.library, self.library_name, self.graphs, self.needs,
           self.extensions, self.services, self.models, self.readable, self.max_update_bytes,
           self.memory_bytes, self.blocking_threads, self.cpu_seconds, self.open_files);
  }
};

struct Start {
  static constexpr auto kType = Type::kStart;
  std::uint64_t task = 0;
  std::uint32_t graph = 0;  // index in SetUp.graphs' order of description
  std::uint32_t attempt = 1;
  std::int64_t deadline_ns = 0;                           // of the steady clock, which both processes share
  std::uint64_t trace_high = 0, trace_low = 0, span = 0;  // telemetry::TraceContext
  std::string_view node, state, config;
  std::vector<std::string_view> answers;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.graph, self.attempt, self.deadline_ns, self.trace_high, self.trace_low, self.span,
           self.node, self.state, self.config, self.answers);
  }
};

// Which way a conditional edge goes; answered by Ended or Failed.
struct Decide {
  static constexpr auto kType = Type::kDecide;
  std::uint64_t task = 0;
  std::uint32_t graph = 0;
  std::string_view edge, state;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.graph, self.edge, self.state);
  }
};

struct Cancel {
  static constexpr auto kType = Type::kCancel;
  std::uint64_t task = 0;
  std::uint8_t reason = 0;  // runtime::CancelReason

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.reason);
  }
};

struct Abandon {
  static constexpr auto kType = Type::kAbandon;
  std::uint64_t task = 0;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task);
  }
};

// A host service's answer, or a part of it (AGENT_MORE).
struct Reply {
  static constexpr auto kType = Type::kReply;
  std::uint64_t call = 0;
  std::int32_t status = 0;
  std::string_view text, body;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.call, self.status, self.text, self.body);
  }
};

struct Ping {
  static constexpr auto kType = Type::kPing;
  std::uint64_t number = 0;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.number);
  }
};

// Let the plugin join its threads, and end.
struct Stop {
  static constexpr auto kType = Type::kStop;

  template <class Self, class Fields>
  static void visit(Self&, Fields&) {}
};

// ---- worker to server ----

struct Ready {
  static constexpr auto kType = Type::kReady;
  std::uint32_t version = 0;
  std::uint64_t cookie = 0;
  std::string_view description;  // what describe() returned

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.version, self.cookie, self.description);
  }
};

// The plugin cannot be loaded.
struct Refused {
  static constexpr auto kType = Type::kRefused;
  std::int32_t code = 0;  // ErrorCode
  std::string_view text;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.code, self.text);
  }
};

// AGENT_OK: text is the update or the edge's answer. AGENT_COMMAND: it is the command.
struct Ended {
  static constexpr auto kType = Type::kEnded;
  std::uint64_t task = 0;
  std::int32_t status = 0;
  std::string_view text;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.status, self.text);
  }
};

struct Failed {
  static constexpr auto kType = Type::kFailed;
  std::uint64_t task = 0;
  std::int32_t code = 0;  // ErrorCode
  std::string_view kind, text;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.code, self.kind, self.text);
  }
};

// The node stopped at a question to a human.
struct Asked {
  static constexpr auto kType = Type::kAsked;
  std::uint64_t task = 0;
  std::string_view value;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.value);
  }
};

struct Emitted {
  static constexpr auto kType = Type::kEmitted;
  std::uint64_t task = 0;
  std::uint8_t channel = 0;  // runtime::TaskSink::Channel
  std::string_view json;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.channel, self.json);
  }
};

struct Logged {
  static constexpr auto kType = Type::kLogged;
  std::int32_t level = 0;
  std::string_view text;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.level, self.text);
  }
};

struct Pong {
  static constexpr auto kType = Type::kPong;
  std::uint64_t number = 0;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.number);
  }
};

struct HttpCall {
  static constexpr auto kType = Type::kHttpCall;
  std::uint64_t task = 0, call = 0;
  std::uint32_t timeout_ms = 0;
  std::string_view service, method, url, headers, body;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.call, self.timeout_ms, self.service, self.method, self.url, self.headers,
           self.body);
  }
};

// The functions of services that take one JSON text; json_functions.hpp says whose they are.
enum class JsonVerb : std::uint8_t {
  kComplete,
  kGet,
  kPut,
  kRemove,
  kSearch,
  kNamespaces,
  kRunAgent,
  kListTools,
  kCallTool
};

struct JsonCall {
  static constexpr auto kType = Type::kJsonCall;
  std::uint64_t task = 0, call = 0;
  std::uint8_t verb = 0;  // JsonVerb
  std::string_view request;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.call, self.verb, self.request);
  }
};

// Of agent.metrics/1: no answer comes. The series are the worker's, by its own numbers.
struct MetricDefined {
  static constexpr auto kType = Type::kMetricDefined;
  std::uint64_t series = 0;
  std::string_view definition;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.series, self.definition);
  }
};

struct Measured {
  static constexpr auto kType = Type::kMeasured;
  std::uint64_t series = 0;
  std::uint8_t how = 0;  // extensions::Measure
  double value = 0;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.series, self.how, self.value);
  }
};

// Of agent.trace/1: a span that has ended. No answer comes.
struct Traced {
  static constexpr auto kType = Type::kTraced;
  std::uint64_t task = 0, id = 0, parent = 0;
  std::int64_t start_ns = 0, end_ns = 0;
  std::string_view name, error, attributes;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.id, self.parent, self.start_ns, self.end_ns, self.name, self.error,
           self.attributes);
  }
};

struct TimerCall {
  static constexpr auto kType = Type::kTimerCall;
  std::uint64_t task = 0, call = 0, nanoseconds = 0;

  template <class Self, class Fields>
  static void visit(Self& self, Fields& fields) {
    fields(self.task, self.call, self.nanoseconds);
  }
};

}  // namespace agenthost::isolation

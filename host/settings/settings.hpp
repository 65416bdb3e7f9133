// Settings: everything the operator may choose, checked once at the start and const afterwards.
//
// Each member is a key of config/agenthost.yaml (same nesting, units last), and AGENTHOST_SECTION__KEY in the
// environment overrides it. Defaults here are the defaults there. Immutable after load_settings.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"

namespace agenthost::settings {

using std::chrono::milliseconds;

struct Server {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8000;
  unsigned io_threads = 0;  // 0 = one per two cores, at least 1
  std::size_t max_body_bytes = 16U << 20U;
  std::size_t max_stream_buffer_bytes = 4U << 20U;
  milliseconds head_timeout_ms{10'000};
  milliseconds body_timeout_ms{60'000};
  milliseconds idle_timeout_ms{75'000};
  milliseconds write_stall_timeout_ms{30'000};
  milliseconds socket_ping_ms{20'000};
  milliseconds shutdown_grace_ms{5'000};
  std::vector<std::string> cors_origins{"*"};
  std::filesystem::path web_directory = "web/dist";
};

struct Api {
  std::string wait_envelope = "none";  // none | run
  milliseconds heartbeat_ms{5'000};
  std::vector<std::string> configurable_headers{"x-*"};  // headers that runs find in config.configurable
  bool mcp = true;                                       // the assistants as tools, at /mcp
  bool a2a = true;                                       // the assistants as agents, at /a2a/{assistant_id}
  bool admin = false;                                    // /admin/...: whoever reaches the port may call it
};

struct Storage {
  std::string kind = "sqlite";  // sqlite | memory
  std::filesystem::path directory = "data";
  unsigned readers = 2;
};

struct Runtime {
  unsigned threads = 0;  // 0 = the cores the I/O threads leave, at least 1
  unsigned blocking_threads = 16;
  unsigned recursion_limit = 25;
  milliseconds run_timeout_ms{3'600'000};
  milliseconds node_timeout_ms{600'000};
  milliseconds cancel_grace_ms{5'000};
  int max_attempts = 3;  // starts of one run, counting those after a crash
  std::size_t max_runs_in_flight = 20'000;
  std::size_t max_queued_per_thread = 100;
  std::size_t max_state_bytes = 64U << 20U;
  std::size_t stream_events = 10'000;  // kept per run for late readers
  std::size_t stream_bytes = 4U << 20U;
  std::size_t finished_streams = 256;                // finished runs whose events can still be replayed
  milliseconds thread_stream_retention_ms{120'000};  // of an ended run on its thread's stream
  milliseconds stored_stream_ms{86'400'000};         // events of resumable runs stay so long after their end
};

// Threads that say nothing of how long they live.
struct Threads {
  double ttl_minutes = 0;               // 0 = for ever
  std::string ttl_strategy = "delete";  // delete | keep_latest: what happens when the time is over
  milliseconds sweep_interval_ms{60'000};
};

// Items of the key-value store that agents and clients share.
struct Store {
  double ttl_minutes = 0;                  // of items that are put without one; 0 = for ever
  bool refresh_ttl = true;                 // whether a read that does not say lengthens an item's life
  milliseconds sweep_interval_ms{60'000};  // how often items whose time is over are deleted
};

// Where a plugin's code runs.
enum class Isolation { kInProcess, kProcess };
// "in_process" or "process", as plugins.isolation has it.
[[nodiscard]] std::string_view to_string(Isolation isolation);

// Of each plugin that runs in processes of its own: how many, and what one of them may use.
struct WorkerProcesses {
  unsigned children = 2;
  std::size_t memory_mb = 512;
  unsigned cpu_seconds = 0;  // of its whole life; 0 = no limit
  unsigned open_files = 128;
  unsigned blocking_threads = 8;
  std::vector<std::string> readable;  // folders and files besides its own folder and the system's libraries
  milliseconds start_timeout_ms{10'000};
  milliseconds hang_timeout_ms{10'000};  // without a sign of life while it has work
  unsigned restarts_per_minute = 10;     // more losses, and the plugin is put in quarantine
  unsigned attempts = 3;                 // of work that its process did not survive
};

struct Plugins {
  std::filesystem::path directory = "plugins";
  bool watch = true;                     // follow changes of the directory while serving
  milliseconds settle_ms{500};           // how long a changed directory has to be quiet first
  std::string isolation = "in_process";  // in_process | process
  std::map<std::string, std::string> isolation_by_plugin;  // plugin id -> one of these
  WorkerProcesses process;
  std::string first_contact = "child";                       // child | none
  std::vector<std::string> disabled;                         // plugin ids
  std::map<std::string, std::string> config;                 // plugin id -> its `config:` as JSON object text
  std::map<std::string, std::vector<std::string>> services;  // plugin id -> granted services; absent = all
  std::map<std::string, std::vector<std::string>> tools;     // the same for the servers of tools.servers
  std::string trust = "off";                               // off | warn | enforce: what unsigned plugins meet
  std::map<std::string, std::string> trusted_keys;         // name -> Ed25519 public key, base64
  std::map<std::string, std::vector<std::string>> grants;  // plugin id or "*" -> what of its needs: it gets

  [[nodiscard]] Isolation isolation_of(const std::string& plugin_id) const;
};

// One outside HTTP API that plugins may name: base URL, credentials and manners.
struct Service {
  bool enabled = true;
  std::string base_url;
  std::map<std::string, std::string> headers;  // e.g. authorization: "Bearer ${TAVILY_API_KEY:-}"
  std::map<std::string, std::string> query;    // added to every URL
  std::vector<std::string> require;  // values that must not be empty (keys); else the service is off
  milliseconds timeout_ms{20'000};
  int retries = 3;               // after the first try: connection errors, 429, 5xx
  milliseconds backoff_ms{500};  // first pause, doubled each time, with jitter; Retry-After wins
  double max_per_second = 0;     // 0 = no limit
};

struct Http {
  std::vector<std::string> allow_hosts;  // for URLs without a service; "*.example.org" and "*" work
  milliseconds connect_timeout_ms{5'000};
  milliseconds timeout_ms{30'000};
  std::size_t max_body_bytes = 8U << 20U;
  std::size_t max_connections_per_host = 8;
  std::string user_agent = "agenthost";
  std::string cassette_mode = "off";  // off | record | replay
  std::filesystem::path cassette_directory = "cassettes";
};

// Servers of the Model Context Protocol whose tools plugins may call; base_url is the whole URL of one.
struct Tools {
  std::map<std::string, Service> servers;
};

// Who may be told how a run ended, and how insistently.
struct Webhooks {
  std::vector<std::string> allow_hosts{"*"};  // [] = only paths of this server
  bool allow_private_addresses = false;       // loopback, private and link-local networks
  int attempts = 5;
  milliseconds backoff_ms{1'000};  // the first pause, doubled each time
  milliseconds timeout_ms{10'000};
  std::string secret;  // signs every post; empty = unsigned
};

struct LlmModel {
  std::string provider = "offline";  // gemini | openai | anthropic | offline
  std::string model;
  std::string base_url;  // empty = the provider's
  std::string api_key;
  double temperature = 0.2;
  int max_tokens = 4'096;
  milliseconds timeout_ms{120'000};
  int retries = 2;
  double max_per_second = 0;
};

struct Llm {
  std::map<std::string, LlmModel> models;  // "default" must exist; it does, offline, when nothing is said
};

struct Log {
  std::string level = "info";  // debug | info | warn | error | off
};

struct Trace {
  std::string sink = "off";  // off | log
};

struct Settings {
  Server server;
  Api api;
  Storage storage;
  Runtime runtime;
  Threads threads;
  Store store;
  Plugins plugins;
  std::map<std::string, Service> services;
  Tools tools;
  Http http;
  Webhooks webhooks;
  Llm llm;
  Log log;
  Trace trace;
};

// Reads a YAML file (absent path: none) over the defaults, replaces ${NAME} and ${NAME:-default} in values,
// then applies AGENTHOST_SECTION__KEY. The error is for a terminal: "config/agenthost.yaml:12:5: server.prot:
// unknown key; did you mean "port"?". All problems are reported, one per line. A service with an empty value
// in `require` comes back disabled.
[[nodiscard]] Result<Settings> load_settings(const std::optional<std::filesystem::path>& file,
                                             const std::map<std::string, std::string>& environment,
                                             Settings defaults = {});

}  // namespace agenthost::settings

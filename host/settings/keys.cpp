#include "host/settings/keys.hpp"

#include <fmt/format.h>

#include <iterator>
#include <type_traits>

namespace agenthost::settings {
namespace {

constexpr std::int64_t kDay = 86'400'000;  // ms
constexpr std::int64_t kGiB = std::int64_t{1} << 30U;
constexpr std::int64_t kMany = 10'000'000;

template <class Entry>
void add_entries(std::vector<Key>& keys, const std::string& path, std::map<std::string, Entry>& entries) {
  for (auto& [name, entry] : entries) {
    for (Key& key : keys_of(entry)) {
      key.path = fmt::format("{}.{}.{}", path, name, key.path);
      keys.push_back(std::move(key));
    }
  }
}

struct ValueText {
  std::string operator()(const bool* value) const { return *value ? "true" : "false"; }
  std::string operator()(const double* value) const { return fmt::format("{}", *value); }
  std::string operator()(const milliseconds* value) const { return std::to_string(value->count()); }
  std::string operator()(const std::string* value) const { return value->empty() ? "\"\"" : *value; }
  std::string operator()(const std::filesystem::path* value) const { return value->string(); }
  std::string operator()(const std::vector<std::string>* value) const {
    std::string text;
    for (const auto& item : *value) text += (text.empty() ? "" : ", ") + fmt::format("\"{}\"", item);
    return "[" + text + "]";
  }
  template <class Integer>
  std::enable_if_t<std::is_integral_v<Integer>, std::string> operator()(const Integer* value) const {
    return std::to_string(*value);
  }
  template <class Map>
  std::enable_if_t<!std::is_integral_v<Map>, std::string> operator()(const Map*) const {
    return "{}";
  }
  std::string operator()(const JsonTexts&) const { return "{}"; }
};

// Plugins and what they and the server reach out with.
std::vector<Key> outward_keys_of(Settings& s) {
  return {
      {"plugins.directory", &s.plugins.directory},
      {"plugins.isolation", &s.plugins.isolation, {}, {"in_process", "process"}},
      {"plugins.isolation_by_plugin", &s.plugins.isolation_by_plugin},
      {"plugins.first_contact", &s.plugins.first_contact, {}, {"child", "none"}},
      {"plugins.process.children", &s.plugins.process.children, {1, 64}},
      {"plugins.process.memory_mb", &s.plugins.process.memory_mb, {64, 1'048'576}},
      {"plugins.process.cpu_seconds", &s.plugins.process.cpu_seconds, {0, kMany}},
      {"plugins.process.open_files", &s.plugins.process.open_files, {16, 65'536}},
      {"plugins.process.blocking_threads", &s.plugins.process.blocking_threads, {1, 1'024}},
      {"plugins.process.readable", &s.plugins.process.readable},
      {"plugins.process.start_timeout_ms", &s.plugins.process.start_timeout_ms, {1, kDay}},
      {"plugins.process.hang_timeout_ms", &s.plugins.process.hang_timeout_ms, {100, kDay}},
      {"plugins.process.restarts_per_minute", &s.plugins.process.restarts_per_minute, {0, kMany}},
      {"plugins.process.attempts", &s.plugins.process.attempts, {1, 100}},
      {"plugins.watch", &s.plugins.watch},
      {"plugins.settle_ms", &s.plugins.settle_ms, {10, kDay}},
      {"plugins.disabled", &s.plugins.disabled},
      {"plugins.config", JsonTexts{&s.plugins.config}},
      {"plugins.services", &s.plugins.services},
      {"plugins.tools", &s.plugins.tools},
      {"plugins.trust", &s.plugins.trust, {}, {"off", "warn", "enforce"}},
      {"plugins.trusted_keys", &s.plugins.trusted_keys},
      {"plugins.grants", &s.plugins.grants},

      {"services", &s.services},
      {"tools.servers", &s.tools.servers},

      {"http.allow_hosts", &s.http.allow_hosts},
      {"http.connect_timeout_ms", &s.http.connect_timeout_ms, {1, kDay}},
      {"http.timeout_ms", &s.http.timeout_ms, {1, kDay}},
      {"http.max_body_bytes", &s.http.max_body_bytes, {1'024, kGiB}},
      {"http.max_connections_per_host", &s.http.max_connections_per_host, {1, 1'000}},
      {"http.user_agent", &s.http.user_agent},
      {"http.cassette_mode", &s.http.cassette_mode, {}, {"off", "record", "replay"}},
      {"http.cassette_directory", &s.http.cassette_directory},

      {"webhooks.allow_hosts", &s.webhooks.allow_hosts},
      {"webhooks.allow_private_addresses", &s.webhooks.allow_private_addresses},
      {"webhooks.attempts", &s.webhooks.attempts, {1, 20}},
      {"webhooks.backoff_ms", &s.webhooks.backoff_ms, {1, kDay}},
      {"webhooks.timeout_ms", &s.webhooks.timeout_ms, {1, kDay}},
      {"webhooks.secret", &s.webhooks.secret},

      {"llm.models", &s.llm.models},

      {"log.level", &s.log.level, {}, {"debug", "info", "warn", "error", "off"}},
      {"trace.sink", &s.trace.sink, {}, {"off", "log"}},
  };
}

}  // namespace

std::vector<Key> keys_of(Settings& s) {
  std::vector<Key> keys{
      {"server.host", &s.server.host},
      {"server.port", &s.server.port, {0, 65'535}},
      {"server.io_threads", &s.server.io_threads, {0, 256}},
      {"server.max_body_bytes", &s.server.max_body_bytes, {1'024, kGiB}},
      {"server.max_stream_buffer_bytes", &s.server.max_stream_buffer_bytes, {65'536, kGiB}},
      {"server.head_timeout_ms", &s.server.head_timeout_ms, {1, kDay}},
      {"server.body_timeout_ms", &s.server.body_timeout_ms, {1, kDay}},
      {"server.idle_timeout_ms", &s.server.idle_timeout_ms, {1, kDay}},
      {"server.write_stall_timeout_ms", &s.server.write_stall_timeout_ms, {1, kDay}},
      {"server.socket_ping_ms", &s.server.socket_ping_ms, {10, kDay}},
      {"server.shutdown_grace_ms", &s.server.shutdown_grace_ms, {0, kDay}},
      {"server.cors_origins", &s.server.cors_origins},
      {"server.web_directory", &s.server.web_directory},

      {"api.wait_envelope", &s.api.wait_envelope, {}, {"none", "run"}},
      {"api.heartbeat_ms", &s.api.heartbeat_ms, {10, kDay}},
      {"api.configurable_headers", &s.api.configurable_headers},
      {"api.mcp", &s.api.mcp},
      {"api.a2a", &s.api.a2a},
      {"api.admin", &s.api.admin},

      {"storage.kind", &s.storage.kind, {}, {"sqlite", "memory"}},
      {"storage.directory", &s.storage.directory},
      {"storage.readers", &s.storage.readers, {1, 64}},

      {"runtime.threads", &s.runtime.threads, {0, 256}},
      {"runtime.blocking_threads", &s.runtime.blocking_threads, {1, 1'024}},
      {"runtime.recursion_limit", &s.runtime.recursion_limit, {1, 100'000}},
      {"runtime.run_timeout_ms", &s.runtime.run_timeout_ms, {1, 30 * kDay}},
      {"runtime.node_timeout_ms", &s.runtime.node_timeout_ms, {1, 30 * kDay}},
      {"runtime.cancel_grace_ms", &s.runtime.cancel_grace_ms, {0, kDay}},
      {"runtime.max_attempts", &s.runtime.max_attempts, {1, 100}},
      {"runtime.max_runs_in_flight", &s.runtime.max_runs_in_flight, {1, kMany}},
      {"runtime.max_queued_per_thread", &s.runtime.max_queued_per_thread, {0, kMany}},
      {"runtime.max_state_bytes", &s.runtime.max_state_bytes, {1'024, 4 * kGiB}},
      {"runtime.stream_events", &s.runtime.stream_events, {1, kMany}},
      {"runtime.stream_bytes", &s.runtime.stream_bytes, {1'024, kGiB}},
      {"runtime.finished_streams", &s.runtime.finished_streams, {0, kMany}},
      {"runtime.thread_stream_retention_ms", &s.runtime.thread_stream_retention_ms, {0, kDay}},
      {"runtime.stored_stream_ms", &s.runtime.stored_stream_ms, {0, 366 * kDay}},

      {"threads.ttl_minutes", &s.threads.ttl_minutes, {0, 50'000'000}},
      {"threads.ttl_strategy", &s.threads.ttl_strategy, {}, {"delete", "keep_latest"}},
      {"threads.sweep_interval_ms", &s.threads.sweep_interval_ms, {10, kDay}},

      {"store.ttl_minutes", &s.store.ttl_minutes, {0, 50'000'000}},
      {"store.refresh_ttl", &s.store.refresh_ttl},
      {"store.sweep_interval_ms", &s.store.sweep_interval_ms, {10, kDay}},
  };
  for (auto& key : outward_keys_of(s)) keys.push_back(std::move(key));
  return keys;
}

std::vector<Key> keys_of(Service& service) {
  return {
      {"enabled", &service.enabled},
      {"base_url", &service.base_url},
      {"headers", &service.headers},
      {"query", &service.query},
      {"require", &service.require},
      {"timeout_ms", &service.timeout_ms, {1, kDay}},
      {"retries", &service.retries, {0, 20}},
      {"backoff_ms", &service.backoff_ms, {1, kDay}},
      {"max_per_second", &service.max_per_second, {0, 100'000}},
  };
}

std::vector<Key> keys_of(LlmModel& model) {
  return {
      {"provider", &model.provider, {}, {"gemini", "openai", "anthropic", "offline"}},
      {"model", &model.model},
      {"base_url", &model.base_url},
      {"api_key", &model.api_key},
      {"temperature", &model.temperature, {0, 2}},
      {"max_tokens", &model.max_tokens, {1, 1'000'000}},
      {"timeout_ms", &model.timeout_ms, {1, kDay}},
      {"retries", &model.retries, {0, 20}},
      {"max_per_second", &model.max_per_second, {0, 100'000}},
  };
}

std::vector<Key> all_keys_of(Settings& settings) {
  auto keys = keys_of(settings);
  add_entries(keys, "services", settings.services);
  add_entries(keys, "tools.servers", settings.tools.servers);
  add_entries(keys, "llm.models", settings.llm.models);
  return keys;
}

std::string environment_name(std::string_view path) {
  std::string name = "AGENTHOST_";
  for (const char c : path) {
    if (c == '.') {
      name += "__";
    } else if (c >= 'a' && c <= 'z') {
      name += static_cast<char>(c - 'a' + 'A');
    } else {
      const bool kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      name += kept ? c : '_';
    }
  }
  return name;
}

std::string value_text(const Target& target) {
  return std::visit(ValueText{}, target);
}

std::string type_text(const Key& key) {
  if (!key.choices.empty()) return fmt::format("one of {}", fmt::join(key.choices, ", "));
  if (std::holds_alternative<bool*>(key.target)) return "true or false";
  if (std::holds_alternative<std::string*>(key.target)) return "text";
  if (std::holds_alternative<std::filesystem::path*>(key.target)) return "path";
  if (std::holds_alternative<std::vector<std::string>*>(key.target)) return "list of texts";
  if (std::holds_alternative<StringMap*>(key.target)) return "map of texts";
  if (std::holds_alternative<ListMap*>(key.target)) return "map of lists of texts";
  if (std::holds_alternative<JsonTexts>(key.target)) return "map of free-form maps";
  if (std::holds_alternative<double*>(key.target)) {
    return fmt::format("number, {} to {}", key.range.least, key.range.most);
  }
  if (key.range.most > 0) return fmt::format("whole number, {} to {}", key.range.least, key.range.most);
  return "map of named entries";
}

}  // namespace agenthost::settings

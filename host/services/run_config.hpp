// What a run is configured with: assistant, thread and run laid over each other, later wins. Pure functions;
// thread-safe.
#pragma once

#include <string>

#include "host/models/assistant.hpp"
#include "host/models/run.hpp"
#include "host/models/thread.hpp"

namespace agenthost::services {

// The members of the config, and of its `configurable` key by key. Keys of configurable that start with "__"
// are a server's own business and left out.
[[nodiscard]] std::string merge_configs(const std::string& base, const std::string& overlay);

// `configurable` of a config, or {}.
[[nodiscard]] std::string configurable_of(const std::string& config);

// The ids that configurable always has, whatever a client sent.
[[nodiscard]] std::string own_ids(const models::Run& run, const std::string& graph_id);

// What the thread keeps of a run's config: all but the ids and the checkpoint of this one run.
[[nodiscard]] std::string config_to_keep(const std::string& config);

}  // namespace agenthost::services

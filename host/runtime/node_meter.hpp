// NodeMeter: how the nodes of a graph's runs went. Thread-safe.
#pragma once

#include "host/telemetry/instruments.hpp"

namespace agenthost::runtime {

struct NodeMeter {
  telemetry::Counter executions;  // each try counts
  telemetry::Counter failures;    // not those that were cancelled
};

}  // namespace agenthost::runtime

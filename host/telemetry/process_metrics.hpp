// What the operating system says about this process. Thread-safe function; reads /proc.
#pragma once

#include "host/telemetry/metric_page.hpp"

namespace agenthost::telemetry {

// Under the names every exporter uses: process_resident_memory_bytes, process_open_fds, ... What cannot be
// read is left out.
void add_process_metrics(MetricPage& page);

}  // namespace agenthost::telemetry

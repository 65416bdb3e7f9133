// RunEvent: one event of a run's stream as it is kept for readers who come back later. Immutable value.
#pragma once

#include <cstdint>
#include <string>

namespace agenthost::models {

struct RunEvent {
  std::uint64_t id = 0;  // grows within its run
  std::string name;      // metadata | values | updates | ... as on the wire
  unsigned mode = 0;     // the stream mode it belongs to; 0 = none: every reader gets it
  std::string ns;        // of the subgraph it comes from; "" = the root graph
  std::string data;      // JSON, one line
};

}  // namespace agenthost::models

// The checks of the validator that need the plugin's code: each runs in a child process of its own and tells
// its Witness what it saw.
#pragma once

#include "host/plugins/validator/trial.hpp"

namespace agenthost::plugins::validator {

// Loads it as the server would; the server's own words when it refuses.
void check_load(const Subject& subject, Witness& witness);
// Entry within 100 ms, without threads, twice; a stable description; graphs that do not exist.
void check_setup(const Subject& subject, Witness& witness);
// Each node with a plain state: in fair weather, in a storm, and with the answers it asks for.
void check_nodes(const Subject& subject, Witness& witness);
// Each conditional edge.
void check_edges(const Subject& subject, Witness& witness);
// Each node, cancelled before it starts and after each of its calls to a service.
void check_cancel(const Subject& subject, Witness& witness);
// Calls about what does not exist or has ended, several instances, several tasks at once.
void check_order(const Subject& subject, Witness& witness);
// No thread and no open file after stop.
void check_stop(const Subject& subject, Witness& witness);
// Each node and edge with wild states.
void check_fuzz(const Subject& subject, Witness& witness);
// What belongs to the whole process stays as it was.
void check_manners(const Subject& subject, Witness& witness);
// Memory does not grow with the number of runs.
void check_leaks(const Subject& subject, Witness& witness);

// Of the file alone: exactly one exported symbol, no suspicious imports. Needs no child.
[[nodiscard]] std::vector<Finding> check_library(const Subject& subject);

}  // namespace agenthost::plugins::validator

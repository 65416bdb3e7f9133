// A C++ node that throws, behind the border that every C++ plugin must have: nothing may unwind into the
// host.
#include <stdexcept>

#define ID "throws"
#define START start
#include "base.h"

static void node() {
  throw std::runtime_error("the well is dry");
}

static agent_status start(agent_task* task) noexcept {
  try {
    node();
    return complete_with(task, "{}");
  } catch (const std::exception& e) {
    return host_api->fail(task, AGENT_INTERNAL, str("runtime_error"), str(e.what()));
  }
}

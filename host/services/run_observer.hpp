// RunObserver: who is told of every run that the scheduler takes in, and of its end. Calls come from any
// thread; some with the scheduler's lock held: be quick, and do not call it back.
#pragma once

#include <string>

#include "host/services/active_run.hpp"

namespace agenthost::services {

class RunObserver {
 public:
  virtual ~RunObserver() = default;

  // It has its place and has not begun: what it records may still be widened. Not told of ephemeral runs.
  virtual void accepted(const ActiveRunPtr& run) = 0;
  // The same for a run that a former stop or crash left.
  virtual void taken_up(const ActiveRunPtr& run) = 0;
  // Its outcome is stored; its event stream has only its `end` to say. Runs of a server that shuts down do
  // not end.
  virtual void ended(const ActiveRunPtr& run, const RunOutcome& outcome) = 0;
  // A run of a former start will not be taken up.
  virtual void given_up(const models::Run& run, const Error& why) = 0;
  // The thread and all its runs are deleted.
  virtual void thread_deleted(const std::string& thread_id) = 0;
};

}  // namespace agenthost::services

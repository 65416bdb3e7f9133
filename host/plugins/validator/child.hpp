// run_in_child: code that may crash, hang or exit runs in a process of its own and says what it sees as it
// goes, so that nothing it said is lost and the place where it stopped is known.
//
// The caller must be single-threaded (the child is a fork). Everything the child started dies with it.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "host/plugins/validator/verdict.hpp"

namespace agenthost::plugins::validator {

// Witness: the child's line to its parent. Thread-safe.
class Witness {
 public:
  explicit Witness(int channel) : channel_(channel) {}

  // What happens next: if the child ends or is silent from here on, this is where. place: the node or edge
  // that is to blame for it then.
  void step(std::string_view what) { step(what, ""); }
  void step(std::string_view what, std::string_view place);
  // A place that is not to be tried again.
  void lose(std::string_view place) { send('!', place); }
  void error(std::string_view text) { send('E', text); }
  void warning(std::string_view text) { send('W', text); }
  void note(std::string_view text) { send('N', text); }
  void finished() { send('.', ""); }

 private:
  void send(char kind, std::string_view text);

  const int channel_;
};

struct ChildReport {
  std::vector<Finding> findings;  // each text once; a crash or a hang is one of them
  std::string output;             // what it wrote to stdout and stderr, the first 4 kB
  std::set<std::string> lost;     // places that hang or end the process, so are not to be tried again
  bool finished = false;          // else it ended, or was ended, before its work was done
};

// silence: how long the child may say nothing before it counts as hung and is killed.
[[nodiscard]] ChildReport run_in_child(const std::function<void(Witness&)>& body,
                                       std::chrono::milliseconds silence);

}  // namespace agenthost::plugins::validator

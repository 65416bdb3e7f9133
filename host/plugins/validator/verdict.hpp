// Verdict: what the validator found out about one plugin, as a value, for people and for programs. Immutable
// once made; functions are thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace agenthost::plugins::validator {

// A warning is a fault only at the level kStrict, a note never: it says what nobody could judge.
enum class Severity { kNote, kWarning, kError };

struct Finding {
  Severity severity = Severity::kError;
  std::string text;
};

// How much is asked of a plugin; each level includes those before it.
enum class Level {
  kLoad,    // would the server take it?
  kRun,     // do its nodes keep the contract?
  kStrict,  // is it a good guest as well? Warnings count
};

struct CheckReport {
  std::string name;
  std::string promise;  // what was checked, in one line
  bool was_run = true;  // else an earlier check made it pointless
  std::vector<Finding> findings;
  std::chrono::milliseconds took{0};
};

struct Verdict {
  std::string folder;
  std::string id, version;  // empty when the manifest could not be read
  Level level = Level::kRun;
  std::uint64_t seed = 0;
  std::vector<CheckReport> checks;

  [[nodiscard]] bool is_valid() const;
};

[[nodiscard]] const char* level_name(Level level);

// One line per check, its findings below it, and a last line with the outcome.
[[nodiscard]] std::string to_people(const Verdict& verdict);

// {"path","plugin","version","level","seed","valid","checks":[{"name","promise","status","took_ms",
//  "findings":[{"severity","text"}]}]}; status: passed | warned | failed | skipped; severity: note | warning
//  | error.
[[nodiscard]] std::string to_json(const Verdict& verdict);

}  // namespace agenthost::plugins::validator

// The validator and the plugins of tests/bad-plugins: it names the fault of each, and has nothing to say
// about those that behave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/json.hpp"
#include "host/plugins/validator/validate.hpp"

namespace agenthost::plugins::validator {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Fault {
  const char* plugin;
  const char* check;  // that finds it
  const char* text;   // a regular expression
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  return out << fault.plugin;
}

fs::path folder_of(const std::string& plugin) {
  const fs::path guest = fs::path(BAD_GUESTS_DIRECTORY) / plugin;
  return fs::exists(guest) ? guest : fs::path(BAD_PLUGINS_DIRECTORY) / plugin;
}

std::string findings_of(const Verdict& verdict, const std::string& check) {
  std::string texts;
  for (const auto& report : verdict.checks) {
    if (report.name != check) continue;
    for (const auto& finding : report.findings) texts += finding.text + "\n";
  }
  return texts;
}

bool always_runs(const std::string& check) {
  return check == "manifest" || check == "library" || check == "load";
}

class Validator : public testing::TestWithParam<Fault> {};

TEST(ValidatorWords, AFolderIsNoLibrary) {
  std::string pattern = (fs::temp_directory_path() / "agenthost-validator-XXXXXX").string();
  const fs::path folder = mkdtemp(pattern.data());
  fs::copy(folder_of("good") / "plugin.yaml", folder);
  fs::create_directory(folder / "good.so");
  ValidateOptions options;
  options.level = Level::kLoad;
  const auto verdict = validate(folder, options);
  EXPECT_THAT(findings_of(verdict, "library"), HasSubstr("good.so: is a folder; build the plugin"));
  fs::remove_all(folder);
}

TEST_P(Validator, NamesTheFault) {
  const auto& fault = GetParam();
  ValidateOptions options;
  options.level = always_runs(fault.check) ? Level::kLoad : Level::kStrict;
  if (!always_runs(fault.check)) options.only = {fault.check};
  options.rounds = 2;
  options.patience = {std::chrono::milliseconds(300), std::chrono::milliseconds(200)};
  const auto verdict = validate(folder_of(fault.plugin), options);
  EXPECT_THAT(findings_of(verdict, fault.check), testing::ContainsRegex(fault.text)) << to_people(verdict);
  // Of these the worst is a warning, which counts at the strictest level alone.
  const bool is_grave = !always_runs(fault.check) || std::string(fault.plugin) != "completes_elsewhere";
  EXPECT_EQ(verdict.is_valid(), !is_grave);
}

constexpr Fault kFaults[] {
  // The manifest
  {"many_mistakes", "manifest", "unknown key \"versoin\"; did you mean \"version\""},
      {"not_yaml", "manifest", "not readable as YAML"},
      {"older_abi", "manifest", "needs plugin ABI 0.7, this server offers 1.0"},
      // The file
      {"missing_library", "load", "missing_library.so: no such file; build the plugin"},
      {"text_file", "library", "text_file.so: is no shared library for this machine"},
      {"no_symbol", "library", "exports no agent_plugin_entry"},
      {"exports_more", "library", "exports more than agent_plugin_entry: util_version"},
      {"completes_elsewhere", "library",
       "uses pthread_detach.., which leaves a thread that stop.. cannot join"},
      // The loading
      {"unresolved_symbol", "load", "undefined symbol: nobody_has_this"},
      {"newer_major", "load", "needs plugin ABI 2.0, this server offers 1.0"},
      {"wrong_id", "load", "says its id is \"somebody_else\", plugin.yaml says \"wrong_id\""},
      {"wrong_version", "load", "says its version is \"0.9.0\""},
      {"entry_fails", "load", "agent_plugin_entry failed with AGENT_UNAVAILABLE"},
      {"describe_garbage", "load", "describe returned what is no JSON"},
      {"describe_unknown_reducer", "load", "unknown reducer \"summ\""},
      {"create_fails", "load", "config.model is missing"},
      {"graph_mismatch", "load", "describes the graphs unlisted, plugin.yaml lists graph_mismatch"},
      // Around the work
      {"slow_entry", "setup", "agent_plugin_entry takes 1[0-9][0-9] ms; it must return within 100 ms"},
      {"thread_in_entry", "setup", "agent_plugin_entry starts a thread"},
      {"enters_once", "setup", "agent_plugin_entry works only once"},
      {"unstable_describe", "setup", "describe says something else each time"},
      {"takes_any_name", "setup", "create_graph makes a graph that is not described"},
      {"takes_any_name", "order", "runs a node that it does not have"},
      // At work
      {"invalid_update", "nodes",
       "node \"node\" of graph \"invalid_update\": completes with an update that is no JSON"},
      {"array_update", "nodes", "completes with an update that is no JSON object"},
      {"huge_update", "nodes", "completes with 80000000 bytes, over the server's default limit of 67108864"},
      {"writes_elsewhere", "nodes", "writes \"y\", which is no channel of its graph: the server drops it"},
      {"writes_twice", "nodes",
       "the server refuses what \"left\", \"right\" write in the same superstep: At key 'x'"},
      {"refused_update", "nodes",
       "node \"node\" of graph \"refused_update\": the server refuses what it completes with: channel "
       "\"talk\": a message is a text"},
      {"goes_nowhere", "nodes", "command: goto: leads to \"mars\", which is no node of this graph"},
      {"needs_unasked", "nodes",
       "does not ask for; write there needs: .timer, store.. It says: AGENT_DENIED: there is nothing to "
       "keep"},
      {"completes_twice", "nodes", "calls complete.. after the task has ended; a task ends exactly once"},
      {"emits_after_complete", "nodes", "calls emit.. after the task has ended"},
      {"never_completes", "nodes", "never ends: neither within 300 ms nor within 200 ms after a cancel"},
      {"start_fails", "nodes", "start_node returned AGENT_EXHAUSTED, which tells people nothing"},
      {"throws", "nodes", "fails with a plain state and with an empty one: runtime_error: the well is dry"},
      {"interrupts_unasked", "nodes", "ends with AGENT_INTERRUPTED but never asked"},
      {"reuses_token", "nodes", "two open calls have the token 5"},
      {"garbage_handles", "nodes", "calls complete.. with a task that never was"},
      {"hangs_and_dies", "nodes", "hangs in start_node of node \"hangs\""},
      {"never_returns", "nodes", "hangs in start_node of node \"node\" of graph \"never_returns\""},
      {"dies_in_node", "nodes", "(crashed in|ended the process in) start_node of node \"node\""},
      {"exits_in_node", "nodes", "ended the process in start_node of .* with exit code"},
      {"waits_unasked", "nodes",
       "start_node took [0-9]+ ms, and everything waited; declare the node blocking"},
      {"fails_with_ok", "nodes", "fails with AGENT_OK"},
      {"emits_garbage", "nodes", "emits on \"gossip\"; the channels are custom, messages and tools"},
      {"forgets_failed_reply", "nodes", "never ends"},
      {"keeps_answer", "nodes", "does not release the answer of interrupt"},
      {"deaf_to_cancel", "cancel", "never ends"}, {"forgets_failed_reply", "cancel", "never ends"},
      {"dies_in_route", "edges", "crashed in route of edge \"onward\" .* with SIGABRT"},
      {"routes_nowhere", "edges",
       "edge \"onward\" of graph \"routes_nowhere\": leads to \"nobody\", which is not among"},
      // What is left
      {"thread_after_stop", "stop", "leaves 1 thread.s. running after stop"},
      {"file_after_stop", "stop", "leaves a file open after stop: /dev/null"},
      {"changes_directory", "manners", "changes the working directory"},
      {"takes_signals", "manners", "changes the handler of signal 10"},
      {"talks", "manners", "writes to stdout or stderr; use log..: I am here"},
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && !defined(__has_feature)
      {"leaks_memory", "leaks", "memory grows with each run of its nodes, by about 10[0-9][0-9] bytes"},
#endif
};

INSTANTIATE_TEST_SUITE_P(BadPlugins, Validator, testing::ValuesIn(kFaults), [](const auto& row) {
  return std::string(row.param.plugin) + "_" + row.param.check;
});

TEST(Validator, KnowsAFaultOfEveryBadPlugin) {
  for (const auto* directory : {BAD_PLUGINS_DIRECTORY, BAD_GUESTS_DIRECTORY}) {
    for (const auto& entry : fs::directory_iterator(directory)) {
      const auto name = entry.path().filename().string();
      const auto is_it = [&](const Fault& fault) { return name == fault.plugin; };
      // leaks_memory is not told under a sanitizer; usurper is at fault only beside another plugin.
      if (name == "good" || name == "builds_on" || name == "usurper" || name == "leaks_memory") continue;
      EXPECT_TRUE(std::any_of(std::begin(kFaults), std::end(kFaults), is_it)) << name;
    }
  }
}

TEST(Validator, HasNothingToSayAboutAGoodPlugin) {
  ValidateOptions options;
  options.level = Level::kStrict;
  options.rounds = 5;
  const auto verdict = validate(folder_of("good"), options);
  EXPECT_TRUE(verdict.is_valid()) << to_people(verdict);
  EXPECT_EQ(verdict.checks.size(), 12U);
  for (const auto& check : verdict.checks) EXPECT_THAT(check.findings, IsEmpty()) << check.name;
}

TEST(Validator, WhatTheServerRefusesOrLosesIsAnErrorAtEveryLevelThatRunsNodes) {
  ValidateOptions options;
  options.only = {"nodes"};
  for (const auto* plugin :
       {"writes_elsewhere", "writes_twice", "refused_update", "goes_nowhere", "needs_unasked"}) {
    EXPECT_FALSE(validate(folder_of(plugin), options).is_valid()) << plugin;
  }
}

TEST(Validator, ANodeIsGivenWhatTheNodesBeforeItWroteAndIsNotBlamedForWhatNobodyWrote) {
  ValidateOptions options;
  options.level = Level::kStrict;
  options.only = {"nodes"};
  const auto verdict = validate(folder_of("builds_on"), options);
  EXPECT_TRUE(verdict.is_valid());
  EXPECT_EQ(findings_of(verdict, "nodes"),
            "node \"third\" of graph \"builds_on\": was not seen to succeed, also after the nodes before it: "
            "Missing: I need more\n");
  EXPECT_THAT(to_people(verdict), HasSubstr("passed   nodes"));
  EXPECT_THAT(to_people(verdict), HasSubstr("note:    node \"third\""));
}

TEST(Validator, GoesOnAfterAHangAndACrashAndDoesNotTryThemAgain) {
  ValidateOptions options;
  options.rounds = 2;
  options.patience = {std::chrono::milliseconds(300), std::chrono::milliseconds(200)};
  const auto verdict = validate(folder_of("hangs_and_dies"), options);
  std::string all;
  for (const auto& check : verdict.checks) all += findings_of(verdict, check.name);
  const auto times = [&all](const std::string& text) {
    std::size_t count = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++count;
    return count;
  };
  EXPECT_EQ(times("hangs in start_node of node \"hangs\""), 1U) << all;
  EXPECT_EQ(times("node \"waits\" of graph \"hangs_and_dies\": never ends"), 1U) << all;
  EXPECT_EQ(times("crashed in start_node of node \"dies\""), 1U) << all;
  EXPECT_EQ(times("it is not tried again"), 3U) << all;
  EXPECT_EQ(times("node \"strays\" of graph \"hangs_and_dies\": writes \"y\""), 1U) << all;
}

TEST(Validator, ComparesPluginsThatAreServedTogether) {
  ValidateOptions options;
  options.level = Level::kLoad;
  const auto verdicts = validate_all({folder_of("good"), folder_of("usurper")}, options);
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_TRUE(verdicts[0].is_valid());
  EXPECT_FALSE(verdicts[1].is_valid());
  EXPECT_THAT(findings_of(verdicts[1], "neighbours"), HasSubstr("graph id good is taken by "));
}

TEST(Validator, WhatCannotBeLoadedIsNotTriedFurther) {
  ValidateOptions options;
  const auto verdict = validate(folder_of("wrong_id"), options);
  EXPECT_THAT(to_people(verdict), HasSubstr("skipped  nodes"));
  const auto json = parse_json(to_json(verdict));
  ASSERT_TRUE(json);
  EXPECT_FALSE((*json)["valid"].GetBool());
  EXPECT_EQ(as_view((*json)["checks"][2]["name"]), "load");
  EXPECT_EQ(as_view((*json)["checks"][2]["status"]), "failed");
}

TEST(Validator, AWarningCountsOnlyAtTheStrictLevel) {
  Verdict verdict;
  verdict.checks.push_back({"library", "", true, {{Severity::kWarning, "uses fork()"}}, {}});
  EXPECT_TRUE(verdict.is_valid());
  verdict.level = Level::kStrict;
  EXPECT_FALSE(verdict.is_valid());
  EXPECT_THAT(to_people(verdict), HasSubstr("warning: uses fork()"));
  EXPECT_THAT(to_people(verdict), Not(HasSubstr("\nvalid")));
}

}  // namespace
}  // namespace agenthost::plugins::validator

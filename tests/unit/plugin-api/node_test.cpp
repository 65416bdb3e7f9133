// How nodes end: updates, failures, interrupts, cancel, and replies that come from anywhere.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "agenthost/sdk/agent.hpp"
#include "agenthost/sdk/testing.hpp"

namespace {

using agent::Code;
using agent::Context;
using agent::Json;
using agent::State;
using agent::Task;
using agent::Update;
using agent::testing::Host;
using agent::testing::Outcome;
using agent::testing::Replies;
using std::chrono::seconds;

class CustomError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
class Rejected : public agent::Error {
 public:
  explicit Rejected(const std::string& text) : Error(Code::kInvalid, text) {}
};

// A host with one graph "g" of one node "n".
template <class Node>
std::unique_ptr<Host> host_of(Node node) {
  return std::make_unique<Host>(
      [node](agent::Plugin& plugin) { plugin.graph("g").node("n", node).edge(agent::kStart, "n"); });
}
template <class Node>
Outcome run(Node node, const Json& state = Json::object(), agent::testing::RunOptions options = {}) {
  return host_of(node)->run("g", "n", state, std::move(options));
}

TEST(Node, MayBeAPlainFunction) {
  const Outcome outcome =
      run([](const State& state) { return Update{}.set("twice", 2 * state.get<int>("x")); }, {{"x", 4}});
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update, (Json{{"twice", 8}}));
}

TEST(Node, MayAwaitManyTimes) {
  auto host = host_of([](State state, Context ctx) -> Task<Update> {
    int naps = 0;
    for (; naps < state.get<int>("naps"); ++naps) co_await ctx.sleep(seconds(1));
    co_return Update{}.set("naps", naps);
  });
  const Outcome outcome = host->run("g", "n", {{"naps", 50}});
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update["naps"], 50);
  EXPECT_EQ(host->slept(), seconds(50));
}

// References stay good over a co_await, although a coroutine copies only the reference.
TEST(Node, MayTakeItsArgumentsByReference) {
  const Outcome outcome = run(
      [](const State& state, const Context& ctx) -> Task<Update> {
        co_await ctx.sleep(seconds(1));
        co_return Update{}.set("name", state.get<std::string>("name"));
      },
      {{"name", "a name too long for the small buffer of a string"}});
  EXPECT_EQ(outcome.update["name"], "a name too long for the small buffer of a string");
}

struct Failing {
  const char* thrown;
  Code code;
  const char* kind;
  const char* text;
};
[[noreturn]] void throw_named(const std::string& name, const Context& ctx) {
  if (name == "error") throw agent::Error(Code::kInvalid, "no name");
  if (name == "subclass") throw Rejected("no");
  if (name == "custom") throw CustomError("Boo!");
  if (name == "raise") ctx.raise("TypeError", "kaboom");
  if (name == "memory") throw std::bad_alloc();
  throw 42;
}
constexpr Failing kFailing[] = {{"error", Code::kInvalid, "", "no name"},
                                {"subclass", Code::kInvalid, "Rejected", "no"},
                                {"custom", Code::kUnknown, "CustomError", "Boo!"},
                                {"raise", Code::kUnknown, "TypeError", "kaboom"},
                                {"memory", Code::kExhausted, "", "out of memory"},
                                {"int", Code::kUnknown, "", "threw something that is no std::exception"}};

void expect_failure(const Outcome& outcome, const Failing& failing) {
  EXPECT_EQ(outcome.kind, Outcome::Kind::kFailed) << failing.thrown;
  EXPECT_EQ(outcome.code, failing.code) << failing.thrown;
  EXPECT_EQ(outcome.error_kind, failing.kind);
  EXPECT_EQ(outcome.error_text, failing.text);
}

TEST(Node, FailsWithTheClassNameAndTextOfWhatItThrows) {
  for (const Failing& failing : kFailing) {
    const Json state{{"throw", failing.thrown}};
    expect_failure(run([](const State& s,
                          const Context& ctx) -> Update { throw_named(s.get<std::string>("throw"), ctx); },
                       state),
                   failing);
    expect_failure(run(
                       [](State s, Context ctx) -> Task<Update> {
                         co_await ctx.sleep(seconds(1));
                         throw_named(s.get<std::string>("throw"), ctx);
                       },
                       state),
                   failing);
  }
}

TEST(Node, FailsReadablyWhenItIsUnknownOrItsStateIsBroken) {
  auto host = host_of([](const State&) { return Update{}; });
  EXPECT_EQ(host->run("g", "other", Json::object()).error_text, "graph \"g\" has no node \"other\"");
}

Task<Update> ask_twice(State, Context ctx) {
  co_await ctx.sleep(seconds(1));
  const Json first = ctx.interrupt({{"question", "ok?"}});
  co_await ctx.sleep(seconds(1));
  const Json second = ctx.interrupt("sure?");
  co_return Update{}.set("answers", Json::array({first, second}));
}

TEST(Interrupt, StopsTheNodeUntilThereIsAnAnswer) {
  const Outcome first = run(ask_twice);
  EXPECT_EQ(first.kind, Outcome::Kind::kInterrupted);
  EXPECT_EQ(first.interrupt, (Json{{"question", "ok?"}}));
  const Outcome second = run(ask_twice, {}, {.answers = {"yes"}});
  EXPECT_EQ(second.kind, Outcome::Kind::kInterrupted);
  EXPECT_EQ(second.interrupt, "sure?");
  const Outcome done = run(ask_twice, {}, {.answers = {"yes", {{"n", 2}}}});
  ASSERT_TRUE(done.ok()) << done.error_text;
  EXPECT_EQ(done.update["answers"], Json::parse(R"(["yes",{"n":2}])"));
}

TEST(Interrupt, WorksInPlainNodesToo) {
  const auto node = [](const State&, const Context& ctx) {
    return Update{}.set("answer", ctx.interrupt("?"));
  };
  EXPECT_EQ(run(node).kind, Outcome::Kind::kInterrupted);
  EXPECT_EQ(run(node, {}, {.answers = {3}}).update["answer"], 3);
}

TEST(Interrupt, IsNoStdExceptionAndCannotBeSwallowed) {
  const auto node = [](const State&, const Context& ctx) {
    try {
      static_cast<void>(ctx.interrupt("?"));
    } catch (const std::exception&) {
      return Update{}.set("caught", "as std::exception");
    } catch (...) {
    }
    return Update{}.set("went", "on");
  };
  EXPECT_EQ(run(node).kind, Outcome::Kind::kInterrupted);
}

TEST(Cancel, WakesTheNodeWithAnErrorItMayCleanUpFor) {
  static std::atomic<int> cleaned = 0;
  struct Cleaner {
    ~Cleaner() { ++cleaned; }
  };
  const Outcome outcome = run(
      [](State, Context ctx) -> Task<Update> {
        const Cleaner cleaner;
        for (;;) co_await ctx.sleep(seconds(1));
      },
      {}, {.cancel_after_replies = 3});
  EXPECT_EQ(outcome.kind, Outcome::Kind::kFailed);
  EXPECT_EQ(outcome.code, Code::kCancelled);
  EXPECT_EQ(cleaned, 1);
}

TEST(Cancel, IsSeenByBlockingLoops) {
  const Outcome outcome = run(
      [](const State&, const Context& ctx) -> Update {
        for (;;) ctx.raise_if_cancelled();
      },
      {}, {.cancel_after_replies = 0});
  EXPECT_EQ(outcome.code, Code::kCancelled);
}

// ---- Replies from anywhere ----

Task<int> nap_and_count(Context ctx, int naps) {
  for (int i = 0; i < naps; ++i) co_await ctx.sleep(seconds(1));
  co_return naps;
}
Task<Update> many_naps(State, Context ctx) {
  int sum = 0;
  for (int round = 0; round < 20; ++round) {
    std::vector<Task<int>> naps;
    for (int i = 0; i < 8; ++i) naps.push_back(nap_and_count(ctx, i));
    for (int count : co_await agent::when_all(std::move(naps))) sum += count;
  }
  co_return Update{}.set("sum", sum);
}

class FromAnywhere : public ::testing::TestWithParam<Replies> {};

TEST_P(FromAnywhere, RepliesNeverRunTwoStepsOfANodeAtOnce) {
  auto host = host_of(many_naps);
  host->set_replies(GetParam());
  const Outcome outcome = host->run("g", "n", Json::object());
  ASSERT_TRUE(outcome.ok()) << outcome.error_text;
  EXPECT_EQ(outcome.update["sum"], 20 * 28);
  EXPECT_EQ(host->slept(), seconds(20 * 28));
}
INSTANTIATE_TEST_SUITE_P(Node, FromAnywhere,
                         ::testing::Values(Replies::kInOrder, Replies::kOtherThread,
                                           Replies::kInsideTheCall));

TEST(Node, MayEmitAndLogFromThreadsOfItsOwn) {
  auto host = host_of([](const State&, const Context& ctx) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([ctx, i] {
        ctx.emit({{"from", i}});
        ctx.log(agent::LogLevel::kInfo, "from a thread of " + ctx.run_id());
      });
    }
    for (std::thread& thread : threads) thread.join();
    return Update{};
  });
  EXPECT_EQ(host->run("g", "n", Json::object()).events.size(), 4U);
  EXPECT_EQ(host->logs().size(), 4U);
}

TEST(Node, ContextKeptTooLongIsRefusedAndHarmsNobody) {
  static std::unique_ptr<Context> kept;
  auto host = host_of([](State, Context ctx) -> Task<Update> {
    co_await ctx.sleep(seconds(1));
    kept = std::make_unique<Context>(ctx);
    co_return Update{};
  });
  ASSERT_TRUE(host->run("g", "n", Json::object()).ok());
  EXPECT_TRUE(kept->cancelled());
  EXPECT_EQ(kept->time_left().count(), 0);
  kept->emit("too late");
  EXPECT_THROW(static_cast<void>(kept->interrupt("too late")), agent::Error);
  kept.reset();
}

// A plugin whose host answers too much.
struct Noisy {
  static agent_status entry(const agent_entry_request* request, agent_entry_reply* reply) noexcept {
    const agent_status status = agent::detail::enter(request, reply, "p", "1", [](agent::Plugin& plugin) {
      plugin.graph("g").edge(agent::kStart, "n").node("n", [](State, Context ctx) -> Task<Update> {
        co_await ctx.sleep(seconds(1));
        co_return Update{};
      });
    });
    api = *reply->plugin_api;
    real_on_reply = api.on_reply;
    api.on_reply = noisy_on_reply;
    reply->plugin_api = &api;
    return status;
  }
  static void noisy_on_reply(agent_graph* graph, agent_task* task, uint64_t token,
                             const agent_reply* reply) noexcept {
    real_on_reply(graph, task, token + 1000, reply);
    real_on_reply(graph, task, token, reply);
    real_on_reply(graph, task, token, reply);
  }
  static inline agent_plugin_api api;
  static inline decltype(agent_plugin_api::on_reply) real_on_reply;
};

// The trampoline drops what belongs to no waiting call: a second final reply, an invented token, a task that
// has ended.
TEST(Node, IgnoresRepliesNobodyWaitsFor) {
  Host host(Noisy::entry);
  EXPECT_TRUE(host.run("g", "n", Json::object()).ok());
}

}  // namespace

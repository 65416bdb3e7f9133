// A host for an author's own tests: runs single nodes of a plugin through its real entry, in this process,
// with scripted answers. No network, no waiting: sleeps end at once and move the fake clock. Strand-bound,
// except that nodes may emit and log from any thread.
//
//   agent::testing::Host host(agent_plugin_entry);
//   host.on_http([](const agent::HttpRequest& r) { return agent::HttpResponse{.status = 200, .body = "{}"};
//   }); auto outcome = host.run("agent", "search", {{"query", "x"}}); EXPECT_EQ(outcome.update["found"], 3);
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agenthost/sdk/detail/fake_store.hpp"
#include "agenthost/sdk/error.hpp"
#include "agenthost/sdk/http.hpp"
#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/llm.hpp"
#include "agenthost/sdk/plugin.hpp"

namespace agent::testing {

// How a node ended and what it did on the way.
struct Outcome {
  enum class Kind { kUpdate, kInterrupted, kFailed };
  Kind kind = Kind::kFailed;
  Json update = Json::object();  // kUpdate
  Json go_to = Json::array();    // kUpdate: node names and Sends ({"node","input"})
  bool is_for_parent = false;    // kUpdate: both are for the graph around
  Json interrupt;                // kInterrupted: what the human is shown
  Code code = Code::kUnknown;    // kFailed, with the next two
  std::string error_kind;
  std::string error_text;
  std::vector<Json> events;  // emit()
  std::vector<Json> chunks;  // emit_message()
  std::vector<Json> tools;   // emit_tool()

  [[nodiscard]] bool ok() const { return kind == Kind::kUpdate; }
};

// How the host behaves towards one node; the defaults are a good day.
struct RunOptions {
  Json config = Json::object();         // merged over {"run_id":"run-1","thread_id":"thread-1",...}
  std::vector<Json> answers = {};       // of the human, in order
  unsigned cancel_after_replies = ~0u;  // from then on the task is cancelled: waits end with kCancelled
  unsigned attempt = 1;
};

enum class Replies {
  kInOrder,       // after start_node returned, on this thread
  kOtherThread,   // each from a thread of its own
  kInsideTheCall  // before the call returned: against the contract, and still harmless
};

class Host {
 public:
  using Entry = agent_status (*)(const agent_entry_request*, agent_entry_reply*);
  using HttpScript = std::function<HttpResponse(const HttpRequest&)>;  // may throw agent::Error
  using LlmScript = std::function<LlmAnswer(const Json& request)>;  // may throw agent::Error; see ext/llm.h
  using SubagentScript =
      std::function<Json(const Json& request)>;  // may throw agent::Error; see ext/subagent.h

  // {"server"}: gives the tools' array; {"server","name","arguments"}: a result; see ext/tools.h. May throw
  // agent::Error.
  using ToolsScript = std::function<Json(const Json& request)>;

  // The plugin is loaded when it is first needed, which throws agent::Error with its reason when it refuses.
  explicit Host(Entry entry);
  // The same without an entry: for graphs written in the test itself.
  explicit Host(std::function<void(Plugin&)> build);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // ---- The script. Without one, the extension is not granted. ----
  void on_http(HttpScript script);
  void on_llm(LlmScript script);  // "stream" requests get the content in one part per word
  void on_subagent(SubagentScript script);
  void on_tools(ToolsScript script);
  void without_timer();
  void without_store();
  void set_services(std::vector<std::string> names);  // what has_service() knows; default: any
  void set_replies(Replies replies);
  void set_now(std::chrono::system_clock::time_point now);
  // The `config:` of plugin.yaml for graphs created from now on.
  void set_plugin_config(Json config);

  // ---- What the host does ----
  [[nodiscard]] Json describe();
  // node and edge: a name, or inside a subgraph a path ("weather:ask"). state: the node's input.
  [[nodiscard]] Outcome run(std::string_view graph_id, std::string_view node, const Json& state,
                            RunOptions options = {});
  // A list of node names and Sends ({"node","input"}).
  [[nodiscard]] Json route(std::string_view graph_id, std::string_view edge, const Json& state);

  // What nodes keep and find: fill it before, look into it afterwards.
  [[nodiscard]] FakeStore& store();

  // ---- What it saw ----
  [[nodiscard]] const std::vector<std::string>& logs() const;
  [[nodiscard]] const std::vector<HttpRequest>& http_requests() const;
  [[nodiscard]] const std::vector<Json>& llm_requests() const;
  [[nodiscard]] std::chrono::nanoseconds slept() const;
  // What was counted: of a counter or gauge its value, of a histogram how many values it has.
  [[nodiscard]] double metric(const std::string& name,
                              const std::map<std::string, std::string>& labels = {}) const;
  // In the order of their ends: {"name","id","parent","error","attributes"}. Every task is traced.
  [[nodiscard]] std::vector<Json> spans() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agent::testing

#include "agenthost/sdk/detail/fake_host.hpp"

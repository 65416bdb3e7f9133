// A NodeExecutor whose nodes are lambdas: for tests of the loop without plugins. Thread-safe once set up.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "host/runtime/node_executor.hpp"

namespace agenthost::test {

// What a scripted node is given. It must call sink->done(...) once, now or later.
using Script = std::function<void(const runtime::NodeCall&, std::shared_ptr<runtime::TaskSink>)>;
using Route = std::function<Result<std::vector<std::string>>(const std::string& state)>;

[[nodiscard]] inline runtime::NodeUpdate wrote(const std::string& json) {
  return {split_object(json).value()};
}

class ScriptedExecutor final : public runtime::NodeExecutor {
 public:
  std::map<std::string, Script> nodes;
  std::map<std::string, Route> routes;
  // Routes that answer with JSON, for sends.
  std::map<std::string, std::function<std::string(const std::string& state)>> json_routes;
  // Called when a task is cancelled whose end somebody still waits for.
  std::function<void(runtime::CancelReason, runtime::TaskSink&)> on_cancel = [](auto, auto&) {};

  std::shared_ptr<runtime::TaskHandle> start(runtime::NodeCall call,
                                             std::shared_ptr<runtime::TaskSink> sink) override {
    auto handle = std::make_shared<Handle>(*this, sink);
    nodes.at(call.node->path)(call, std::move(sink));
    return handle;
  }

  void route(const runtime::ConditionalEdge& edge, JsonBlob state, Decided decided) override {
    if (const auto json = json_routes.find(edge.path); json != json_routes.end())
      return decided(make_blob(json->second(*state)));
    const auto names = routes.at(edge.path)(*state);
    if (!names) return decided(fail(names.error()));
    std::string text = "[";
    for (const auto& name : *names) text += (text.size() > 1 ? "," : "") + quote(name);
    decided(make_blob(text + "]"));
  }

 private:
  struct Handle final : runtime::TaskHandle {
    Handle(ScriptedExecutor& owner, std::weak_ptr<runtime::TaskSink> who)
        : executor(owner), sink(std::move(who)) {}
    void cancel(runtime::CancelReason reason) override {
      if (const auto waiting = sink.lock()) executor.on_cancel(reason, *waiting);
    }
    void abandon() override {}
    ScriptedExecutor& executor;
    const std::weak_ptr<runtime::TaskSink> sink;
  };
};

// A node that answers at once with the same update.
[[nodiscard]] inline Script writes(std::string json) {
  return [json](const runtime::NodeCall&, const std::shared_ptr<runtime::TaskSink>& sink) {
    sink->done(wrote(json));
  };
}

}  // namespace agenthost::test

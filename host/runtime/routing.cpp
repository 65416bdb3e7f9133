#include "host/runtime/routing.hpp"

#include "host/runtime/awaited.hpp"

namespace agenthost::runtime {
namespace {

// Keeps itself alive while an edge is being asked.
class Walk final : public std::enable_shared_from_this<Walk> {
 public:
  Walk(WaysOut ways, std::shared_ptr<const Graph> graph, std::shared_ptr<NodeExecutor> executor,
       JsonBlob state, std::function<void(Result<Targets>)> done)
      : ways_(std::move(ways)),
        graph_(std::move(graph)),
        executor_(std::move(executor)),
        state_(std::move(state)),
        done_(std::move(done)) {}

  void go_on() {
    while (next_ < ways_.edges.size()) {
      // Shared because: the executor may answer after this function has returned.
      const auto answer = std::make_shared<Awaited<Result<JsonBlob>>>();
      executor_->route(*ways_.edges[next_], state_, [self = shared_from_this(), answer](auto targets) {
        if (!answer->deliver(std::move(targets))) return;
        if (self->take(*answer->take())) self->go_on();
      });
      const auto targets = answer->take_or_wait();
      if (!targets || !take(*targets)) return;
    }
    done_(std::move(ways_.targets));
  }

 private:
  // False when that was the end.
  bool take(const Result<JsonBlob>& answer) {
    const auto& edge = *ways_.edges[next_++];
    auto targets =
        answer ? read_targets(*graph_, **answer, edge.targets) : Result<Targets>(fail(answer.error()));
    if (!targets) {
      auto error = targets.error();
      error.text = "conditional edge \"" + edge.path + "\": " + error.text;
      if (answer) error.kind = "PluginError";
      done_(fail(std::move(error)));
      return false;
    }
    for (auto& target : *targets) ways_.targets.push_back(std::move(target));
    return true;
  }

  WaysOut ways_;
  const std::shared_ptr<const Graph> graph_;
  const std::shared_ptr<NodeExecutor> executor_;
  const JsonBlob state_;
  const std::function<void(Result<Targets>)> done_;
  std::size_t next_ = 0;
};

}  // namespace

void WaysOut::add(const Node& node) {
  for (const auto& name : node.edges) {
    if (name != kEnd) targets.push_back({name, nullptr});
  }
  for (const auto& edge : node.conditional_edges) edges.push_back(&edge);
}

void follow(WaysOut ways, std::shared_ptr<const Graph> graph, std::shared_ptr<NodeExecutor> executor,
            JsonBlob state, std::function<void(Result<Targets>)> done) {
  if (ways.edges.empty()) return done(std::move(ways.targets));
  std::make_shared<Walk>(std::move(ways), std::move(graph), std::move(executor), std::move(state),
                         std::move(done))
      ->go_on();
}

}  // namespace agenthost::runtime

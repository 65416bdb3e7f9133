#include "host/plugins/isolation/worker/worker.hpp"

#include <utility>

#include "host/plugins/isolation/worker/sandbox.hpp"
#include "host/plugins/task.hpp"

namespace agenthost::isolation {
namespace {

constexpr std::size_t kNoLimit = SIZE_MAX;  // the server is believed
// What the server has not taken yet, before a node that streams is told to slow down.
constexpr std::size_t kSlowDownBytes = std::size_t{1} << 20U;

std::vector<std::string> strings(const std::vector<std::string_view>& views) {
  return {views.begin(), views.end()};
}

plugins::Manifest manifest_of(const SetUp& set_up) {
  plugins::Manifest manifest;
  manifest.id = set_up.plugin_id;
  manifest.version = set_up.plugin_version;
  manifest.library = set_up.library_name;
  manifest.graphs = strings(set_up.graphs);
  manifest.needs = strings(set_up.needs);
  return manifest;
}

Confinement confinement_of(const SetUp& set_up) {
  Confinement confinement;
  confinement.memory_bytes = set_up.memory_bytes;
  confinement.cpu_seconds = set_up.cpu_seconds;
  confinement.open_files = set_up.open_files;
  confinement.readable = strings(set_up.readable);
  confinement.readable.emplace_back(set_up.folder);
  confinement.readable.emplace_back(set_up.library);
  return confinement;
}

}  // namespace

class Worker::Sink final : public runtime::TaskSink {
 public:
  Sink(Worker& worker, std::uint64_t number) : worker_(worker), number_(number) {}

  Pressure emit(Channel channel, std::string json) override {
    worker_.wire_.send(Emitted{number_, static_cast<std::uint8_t>(channel), json});
    return worker_.wire_.queued_bytes() > kSlowDownBytes ? Pressure::kSlowDown : Pressure::kNone;
  }

  void done(runtime::NodeOutcome outcome) override {
    worker_.forget_task(number_);
    std::visit([this](const auto& how) { say(how); }, outcome);
  }

 private:
  void say(const runtime::NodeUpdate& update) {
    if (update.command != nullptr) {
      worker_.wire_.send(Ended{number_, AGENT_COMMAND, *update.command});
    } else {
      worker_.wire_.send(Ended{number_, AGENT_OK, to_text(update.writes)});
    }
  }
  void say(const runtime::NodeInterrupted& interrupted) {
    worker_.wire_.send(Asked{number_, *interrupted.value});
  }
  void say(const Error& error) { worker_.say_failed(number_, error); }

  Worker& worker_;
  const std::uint64_t number_;
};

Worker::Worker(std::unique_ptr<EventLoop> loop, FileDescriptor socket)
    : loop_(std::move(loop)),
      wire_(std::move(socket), kNoLimit,
            [this](Wire::Backlog backlog) {
              loop_->want_writable(wire_.fd(), backlog == Wire::Backlog::kBegins
                                                   ? EventLoop::Writable::kWanted
                                                   : EventLoop::Writable::kIgnored);
            }),
      logger_([this](telemetry::Level level, std::string_view, std::string_view text) {
        wire_.send(Logged{static_cast<std::int32_t>(level), text});
      }) {}

int Worker::run() {
  loop_->watch(wire_.fd(), [this] { socket_ready(); });
  loop_->run();
  return exit_code_;
}

void Worker::socket_ready() {
  wire_.flush();
  const auto received = wire_.receive([this](const Frame& frame) { return handle(frame); });
  if (received != Wire::Received::kClosed && received != Wire::Received::kBroken) return;
  // The server has gone: nobody needs this process any more.
  exit_code_ = 1;
  loop_->stop();
}

template <class Message, class Use>
Wire::Verdict Worker::with(const Frame& frame, Use use) {
  const auto message = read_message<Message>(frame);
  if (!message) return Wire::Verdict::kBad;
  use(*message);
  return Wire::Verdict::kGood;
}

Wire::Verdict Worker::handle(const Frame& frame) {
  switch (static_cast<Type>(frame.type)) {
    case Type::kSetUp:
      return with<SetUp>(frame, [this](const SetUp& message) { set_up(message); });
    case Type::kStart:
      return with<Start>(frame, [this](const Start& message) { start(message); });
    case Type::kDecide:
      return with<Decide>(frame, [this](const Decide& message) { decide(message); });
    case Type::kCancel:
      return with<Cancel>(frame, [this](const Cancel& message) {
        const auto task = find_task(message.task);
        if (task != nullptr) task->cancel(static_cast<runtime::CancelReason>(message.reason));
      });
    case Type::kAbandon:
      return with<Abandon>(frame, [this](const Abandon& message) {
        if (const auto task = find_task(message.task)) task->abandon();
        forget_task(message.task);
      });
    case Type::kReply:
      return with<Reply>(frame, [this](const Reply& message) { services_->answer(message); });
    case Type::kPing:
      return with<Ping>(frame, [this](const Ping& message) { wire_.send(Pong{message.number}); });
    case Type::kStop:
      return with<Stop>(frame, [this](const Stop&) { stop(); });
    default:
      return Wire::Verdict::kBad;
  }
}

// ---- setting up ----

void Worker::set_up(const SetUp& set_up) {
  const auto description = take_up(set_up);
  if (description) return wire_.send(Ready{kProtocolVersion, set_up.cookie, *description});
  wire_.send(Refused{static_cast<std::int32_t>(description.error().code), description.error().text});
  exit_code_ = 1;
  loop_->stop();
}

Result<std::string> Worker::take_up(const SetUp& set_up) {
  if (set_up.version != kProtocolVersion) {
    return fail(ErrorCode::kUnsupported, "agenthost-worker is of another version than the server");
  }
  if (static_cast<Purpose>(set_up.purpose) == Purpose::kWork) {
    const auto missing = confine(confinement_of(set_up));
    if (!missing) return fail(missing.error());
    for (const auto& text : *missing) logger_.warn("worker", text);
  }
  return load(set_up);
}

Result<std::string> Worker::load(const SetUp& set_up) {
  max_update_bytes_ = set_up.max_update_bytes;
  services_.emplace(wire_, set_up);
  blocking_ = std::make_unique<ElasticPool>("blocking", set_up.blocking_threads);
  const plugins::HostServices services{
      logger_, {*loop_, *blocking_}, services_->offer(set_up.extensions), max_update_bytes_};
  const auto manifest = manifest_of(set_up);
  if (static_cast<Purpose>(set_up.purpose) == Purpose::kTrial)
    return plugins::try_plugin(manifest, set_up.library, services);
  auto plugin = plugins::load_plugin(manifest, set_up.library, std::string(set_up.config), services);
  if (!plugin) return fail(plugin.error());
  plugin_ = std::move(*plugin);
  for (const auto& instance : plugin_->graphs) add_graph(instance);
  return plugin_->description;
}

void Worker::add_graph(const plugins::GraphInstancePtr& instance) {
  auto& graph = graphs_.emplace_back();
  graph.instance = instance;
  graph.executor = std::make_unique<plugins::InProcessExecutor>(
      instance, plugins::ExecutorPools{*loop_, *blocking_}, max_update_bytes_);
  add_paths(*instance->description, graph);
}

void Worker::add_paths(const runtime::Graph& description, Graph& graph) {
  const auto add_edges = [&graph](const runtime::Node& node) {
    for (const auto& edge : node.conditional_edges) graph.edges[edge.path] = &edge;
  };
  add_edges(description.start());
  for (const auto& node : description.nodes()) {
    graph.nodes[node.path] = &node;
    add_edges(node);
    if (node.subgraph != nullptr) add_paths(*node.subgraph, graph);
  }
}

// ---- working ----

void Worker::start(const Start& start) {
  const auto* node = find_node(start);
  if (node == nullptr) {
    return say_failed(start.task, {ErrorCode::kInternal, "no such node: " + std::string(start.node), {}});
  }
  runtime::NodeCall call;
  call.node = node;
  call.attempt = start.attempt;
  call.state = make_blob(std::string(start.state));
  call.config = make_blob(std::string(start.config));
  for (const auto answer : start.answers) call.answers.push_back(make_blob(std::string(answer)));
  call.deadline = std::chrono::steady_clock::time_point(std::chrono::nanoseconds(start.deadline_ns));
  call.trace = {start.trace_high, start.trace_low, start.span};
  auto& on = node->blocking ? static_cast<Executor&>(*blocking_) : *loop_;
  auto task =
      std::make_shared<plugins::Task>(graphs_[start.graph].instance, std::move(call),
                                      std::make_shared<Sink>(*this, start.task), on, max_update_bytes_);
  if (!task->enlist()) return;
  {
    const std::lock_guard lock(mutex_);
    tasks_[start.task] = task;
  }
  services_->enter(task->handle(), start.task);
  if (!node->blocking) return task->run_start_node();
  on.post([task] { task->run_start_node(); });
}

void Worker::decide(const Decide& decide) {
  const auto* edge = find_edge(decide);
  if (edge == nullptr) {
    return say_failed(decide.task, {ErrorCode::kInternal, "no such edge: " + std::string(decide.edge), {}});
  }
  graphs_[decide.graph].executor->route(*edge, make_blob(std::string(decide.state)),
                                        [&](const Result<JsonBlob>& answer) {
                                          if (!answer) return say_failed(decide.task, answer.error());
                                          wire_.send(Ended{decide.task, AGENT_OK, **answer});
                                        });
}

void Worker::say_failed(std::uint64_t number, const Error& error) {
  wire_.send(Failed{number, static_cast<std::int32_t>(error.code), error.kind, error.text});
}

const runtime::Node* Worker::find_node(const Start& start) const {
  if (start.graph >= graphs_.size()) return nullptr;
  const auto& nodes = graphs_[start.graph].nodes;
  const auto found = nodes.find(std::string(start.node));
  return found == nodes.end() ? nullptr : found->second;
}

const runtime::ConditionalEdge* Worker::find_edge(const Decide& decide) const {
  if (decide.graph >= graphs_.size()) return nullptr;
  const auto& edges = graphs_[decide.graph].edges;
  const auto found = edges.find(std::string(decide.edge));
  return found == edges.end() ? nullptr : found->second;
}

std::shared_ptr<plugins::Task> Worker::find_task(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = tasks_.find(number);
  return found == tasks_.end() ? nullptr : found->second;
}

void Worker::forget_task(std::uint64_t number) {
  std::shared_ptr<plugins::Task> task;  // freed outside the lock
  {
    const std::lock_guard lock(mutex_);
    const auto found = tasks_.find(number);
    if (found == tasks_.end()) return;
    task = std::move(found->second);
    tasks_.erase(found);
  }
  services_->leave(task->handle());
}

// ---- ending ----

// Tasks that are left are the server's to give to somebody else.
void Worker::stop() {
  loop_->stop();
  if (!plugin_) return;
  graphs_.clear();
  if (!plugins::unload_plugin(std::move(*plugin_))) exit_code_ = 1;
}

}  // namespace agenthost::isolation

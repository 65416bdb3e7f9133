#include "host/plugins/isolation/remote_task.hpp"

#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <csignal>
#include <filesystem>

#include "host/base/json.hpp"

namespace agenthost::isolation {
namespace {

constexpr std::size_t kMaxFrame = std::size_t{1} << 20U;

// For processes nobody listens to.
class NoOwner final : public Child::Owner {
  void became_ready(Child&, std::string_view) override {}
  Wire::Verdict spoke(Child&, const Frame&) override { return Wire::Verdict::kGood; }
  void hung_up(Child&) override {}
  void logged(Child&, telemetry::Level, std::string_view) override {}
  void ended(Child&, const Death&) override {}
};

class ARemoteTask : public testing::Test {
 protected:
  // A process that stands still, so that what it is sent can be counted.
  std::shared_ptr<Child> process(std::uint32_t number) {
    const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "agenthost-worker";
    auto started = WorkerProcess::start(program, Purpose::kWork);
    AGENTHOST_CHECK(started.has_value(), "the worker is beside the tests");
    ::kill(started->pid(), SIGSTOP);
    return std::make_shared<Child>(*loop_, owner_, std::move(*started), number, kMaxFrame, nullptr);
  }
  static int unread(Child& child) {
    int bytes = 0;
    EXPECT_EQ(::ioctl(child.wire().fd(), SIOCOUTQ, &bytes), 0);
    return bytes;
  }
  std::shared_ptr<RemoteTask> task() {
    runtime::NodeCall call;
    call.node = &graph_->nodes().front();
    return std::make_shared<RemoteTask>(RemoteGraph{nullptr, nullptr, 0, graph_}, call);
  }

 private:
  const std::unique_ptr<EventLoop> loop_ = *EventLoop::open();
  NoOwner owner_;
  const std::shared_ptr<const runtime::Graph> graph_ = std::make_shared<
      const runtime::Graph>(*runtime::Graph::from_json(*parse_json(
      R"({"graph_id":"g","channels":[{"name":"x"}],"nodes":[{"name":"n"}],"edges":[["__start__","n"],["n","__end__"]]})")));
};

// Whoever gave it to the first process was so slow that the process died and the task was given to another.
TEST_F(ARemoteTask, StaysWithTheProcessItWasGivenLast) {
  const auto lost = process(1);
  const auto now = process(2);
  const auto given = task();
  given->give(now, 2);
  given->give(lost, 1);
  EXPECT_EQ(unread(*lost), 0);
  const auto before = unread(*now);
  EXPECT_GT(before, 0);
  given->reply(std::uint64_t{2} << 32U, {AGENT_SIZE(agent_reply, body), AGENT_OK, {}, {}});
  EXPECT_GT(unread(*now), before);
}

}  // namespace
}  // namespace agenthost::isolation

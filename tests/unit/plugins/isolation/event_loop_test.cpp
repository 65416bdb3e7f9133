#include "host/plugins/isolation/event_loop.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace agenthost::isolation {
namespace {

TEST(AnEventLoop, RunsWhatAFinishedJobPostsWhenItGoes) {
  const auto loop = *EventLoop::open();
  const auto posts = [&loop](void*) { loop->post([&loop] { loop->stop(); }); };
  loop->post([owned = std::shared_ptr<void>(nullptr, posts)] {});
  loop->run();
}

}  // namespace
}  // namespace agenthost::isolation

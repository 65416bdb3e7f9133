#include "host/plugins/isolation/event_loop.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace agenthost::isolation {
namespace {

TEST(AnEventLoop, RunsWhatAFinishedJobPostsWhenItGoes) {
  const auto loop = *EventLoop::open();
  const auto posts = [&loop](void*) { loop->post([&loop] { loop->stop(); }); };
  loop->post([owned = std::shared_ptr<void>(nullptr, posts)] {});
  loop->run();
}

// Quick ones follow each other, so the loop looks for the next instead of sleeping: none may be lost for it.
TEST(AnEventLoop, RunsEveryJobOfAnotherThread) {
  constexpr int kJobs = 20'000;
  const auto loop = *EventLoop::open();
  int ran = 0;
  std::thread other([&] {
    for (int i = 0; i < kJobs; ++i) {
      loop->post([&] {
        if (++ran == kJobs) loop->stop();
      });
      if (i % 64 == 0) std::this_thread::yield();
    }
  });
  loop->run();
  other.join();
  EXPECT_EQ(ran, kJobs);
}

}  // namespace
}  // namespace agenthost::isolation

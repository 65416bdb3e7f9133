#include "host/plugins/isolation/event_loop.hpp"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <thread>

#include "host/base/file_descriptor.hpp"

namespace agenthost::isolation {
namespace {

FileDescriptor always_readable() {
  return FileDescriptor(::eventfd(1, EFD_CLOEXEC));
}

TEST(AnEventLoop, RunsWhatAFinishedJobPostsWhenItGoes) {
  const auto loop = *EventLoop::open();
  const auto posts = [&loop](void*) { loop->post([&loop] { loop->stop(); }); };
  loop->post([owned = std::shared_ptr<void>(nullptr, posts)] {});
  loop->run();
}

// Two descriptors are ready at once; whichever is handled first puts another in the place of the other.
TEST(AnEventLoop, HandsNothingToADescriptorThatTookTheNumberOfAnother) {
  const auto loop = *EventLoop::open();
  std::array<FileDescriptor, 2> ready{always_readable(), always_readable()};
  const FileDescriptor silent(::eventfd(0, EFD_CLOEXEC));
  bool wronged = false;
  const auto replace = [&](FileDescriptor& other) {
    const int number = other.get();
    loop->unwatch(number);
    ASSERT_EQ(::dup2(silent.get(), number), number);
    loop->watch(number, [&] { wronged = true; });
    loop->post([&] { loop->stop(); });
  };
  loop->watch(ready[0].get(), [&] { replace(ready[1]); });
  loop->watch(ready[1].get(), [&] { replace(ready[0]); });
  loop->run();
  EXPECT_FALSE(wronged);
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

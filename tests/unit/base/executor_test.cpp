#include "host/base/executor.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "host/base/activity.hpp"

namespace agenthost {
namespace {

// Something a job owns that posts once more when it is let go, as the last user of a plugin's version does.
std::shared_ptr<void> posts_when_it_goes(Executor& on, Job job) {
  return {nullptr, [&on, job = std::move(job)](void*) { on.post(job); }};
}

template <class Pool>
struct OfEachPool : testing::Test {
  Pool pool{"test", 1};
};
using Pools = testing::Types<ThreadPool, ElasticPool>;
TYPED_TEST_SUITE(OfEachPool, Pools);

TYPED_TEST(OfEachPool, WhatAJobOwnedMayPostWhenItGoes) {
  std::promise<void> ran;
  this->pool.post([owned = posts_when_it_goes(this->pool, [&ran] { ran.set_value(); })] {});
  ran.get_future().wait();
}

TYPED_TEST(OfEachPool, NeedNotWaitForEverForAJob) {
  std::promise<void> began;
  std::promise<void> go_on;
  this->pool.post([&] {
    began.set_value();
    go_on.get_future().wait();
  });
  began.get_future().wait();
  EXPECT_FALSE(this->pool.stop_by(std::chrono::steady_clock::now()));
  go_on.set_value();
  EXPECT_TRUE(this->pool.stop_by(std::chrono::steady_clock::time_point::max()));
  EXPECT_TRUE(this->pool.stop_by(std::chrono::steady_clock::now()));
}

TEST(AThreadPool, TakesAnotherThreadForOneThatIsStuckAndSaysWithWhat) {
  std::promise<std::string> told;
  ThreadPool pool("test", 1,
                  {std::chrono::milliseconds(1), 1, [&](const std::string& what) { told.set_value(what); }});
  std::promise<void> go_on;
  std::promise<void> returned;
  pool.post([&] {
    const Activity activity("node ", "think", "slow");
    go_on.get_future().wait();
    returned.set_value();
  });
  pool.post([&] { go_on.set_value(); });
  EXPECT_EQ(told.get_future().get(), "node think of plugin slow");
  returned.get_future().wait();
}

TEST(AnActivity, GivesWayToOneInsideAndComesBack) {
  ActivityOfThread thread;
  std::thread([&] {
    thread.watch_this_thread();
    {
      const Activity outer("node ", "a", "p");
      {
        const Activity inner("conditional edge ", "b", "q");
        EXPECT_EQ(thread.text(), "conditional edge b of plugin q");
      }
      EXPECT_EQ(thread.text(), "node a of plugin p");
    }
    EXPECT_EQ(thread.text(), "");
  }).join();
}

TEST(AnElasticPool, LetsGoOfWhatHasNotBegunBeforeItWaitsForTheRest) {
  ElasticPool pool("test", 1);
  std::promise<void> began;
  std::promise<void> go_on;
  pool.post([&] {
    began.set_value();
    go_on.get_future().wait();
  });
  began.get_future().wait();
  const auto opens = [&](void*) {
    pool.post([] { FAIL() << "a stopped pool runs nothing"; });
    go_on.set_value();
  };
  pool.post([owned = std::shared_ptr<void>(nullptr, opens)] {});
  pool.stop();
}

TEST(AStrand, LetsGoOfAJobBeforeTheNextOne) {
  ThreadPool pool("test", 1);
  Strand strand(pool);
  auto owned = std::make_shared<int>();
  const std::weak_ptr<int> watched = owned;
  std::promise<bool> gone;
  strand.post([owned = std::move(owned)] {});
  strand.post([&] { gone.set_value(watched.expired()); });
  EXPECT_TRUE(gone.get_future().get());
}

}  // namespace
}  // namespace agenthost

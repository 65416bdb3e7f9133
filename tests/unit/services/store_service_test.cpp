#include "host/services/store_service.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "host/services/store_sweeper.hpp"
#include "host/storage/sqlite/sqlite_storage.hpp"

namespace agenthost::services {
namespace {

using models::RefreshTtl;
using models::StoreKey;

constexpr double kMillisecond = 1.0 / 60'000;  // in minutes, as clients say it

class StoreServiceTest : public testing::Test {
 protected:
  ~StoreServiceTest() override {
    storage_->close();
    pool_.stop();
  }

  Status put(StoreService& store, models::StorePut put) {
    std::promise<Status> done;
    store.put(std::move(put),
              [&](const auto& result) { done.set_value(result ? Status{} : fail(result.error())); });
    return done.get_future().get();
  }
  // A write that comes behind all that were queued before.
  void settle() {
    std::promise<void> done;
    storage_->write({}, [&](const Status&) { done.set_value(); });
    done.get_future().get();
  }
  // When the only item's time is over.
  Micros expiry() { return storage_->next_store_expiry()->value(); }

  std::unique_ptr<storage::Storage> storage_ = *storage::open_sqlite({});
  ThreadPool pool_{"test", 1};
  Timers timers_{pool_};
  telemetry::Logger logger_{telemetry::Level::kOff};
};

TEST_F(StoreServiceTest, RefusesTheLibrarysOwnNamespaceAndNone) {
  StoreService store(*storage_, {});
  EXPECT_EQ(put(store, {{}, "k", "{}", {}}).error().text, "Namespace is required");
  EXPECT_EQ(put(store, {{"langgraph"}, "k", "{}", {}}).error().code, ErrorCode::kInvalid);
  EXPECT_TRUE(put(store, {{"u"}, "k", "{}", {}}));
}

TEST_F(StoreServiceTest, GivesItemsTheConfiguredTimeUnlessTheyBringTheirOwn) {
  StoreService store(*storage_, {.ttl = 1'000'000'000});
  const auto before = now_us();
  ASSERT_TRUE(put(store, {{"u"}, "k", "{}", {}}));
  EXPECT_GE(expiry(), before + 1'000'000'000);
  ASSERT_TRUE(put(store, {{"u"}, "k", "{}", 1.0}));
  EXPECT_LE(expiry(), now_us() + 60'000'000);
}

TEST_F(StoreServiceTest, ReadsLengthenAsAskedElseAsConfigured) {
  StoreService store(*storage_, {.refresh_ttl = RefreshTtl::kNo});
  ASSERT_TRUE(put(store, {{"u"}, "k", "{}", 60.0}));
  const auto first = expiry();
  ASSERT_TRUE(*store.get({{"u"}, "k", RefreshTtl::kDefault}));
  ASSERT_EQ(store.search({})->size(), 1u);
  settle();
  EXPECT_EQ(expiry(), first);
  ASSERT_TRUE(*store.get({{"u"}, "k", RefreshTtl::kYes}));
  settle();
  const auto second = expiry();
  EXPECT_GT(second, first);
  ASSERT_EQ(store.search({.refresh = RefreshTtl::kYes})->size(), 1u);
  settle();
  EXPECT_GT(expiry(), second);
}

TEST_F(StoreServiceTest, TheSweeperReallyDeletesWhatIsOver) {
  StoreService store(*storage_, {});
  ASSERT_TRUE(put(store, {{"u"}, "over", "{}", kMillisecond}));
  ASSERT_TRUE(put(store, {{"u"}, "stays", "{}", {}}));
  StoreSweeper sweeper(*storage_, timers_, logger_, std::chrono::milliseconds(1));
  sweeper.start();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (storage_->next_store_expiry()->has_value() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(storage_->next_store_expiry().value(), std::nullopt);
  EXPECT_TRUE(store.get({{"u"}, "stays", RefreshTtl::kNo})->has_value());
}

}  // namespace
}  // namespace agenthost::services

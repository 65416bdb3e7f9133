#include "host/services/webhook_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/run_house.hpp"

namespace agenthost::services {
namespace {

using test::ask;
using test::RunHouse;
using test::RunRequest;
using test::RunStatus;
using test::Tasks;
using testing::HasSubstr;

// Takes what is posted; the test decides what is answered.
class FakeSender final : public WebhookSender {
 public:
  struct Post {
    std::string id, url, body;
    std::function<void(Result<int>)> done;
  };

  [[nodiscard]] Status check(std::string_view url) const override {
    if (url.substr(0, 4) == "http") return {};
    return fail(ErrorCode::kInvalid, "must be http or https");
  }
  void post(const std::string& id, const std::string& url, std::string body,
            std::function<void(Result<int>)> done) override {
    const std::lock_guard lock(mutex_);
    posts_.push_back({id, url, std::move(body), std::move(done)});
    wake_.notify_all();
  }
  // The n-th post ever; waits for it.
  Post at(std::size_t index) {
    std::unique_lock lock(mutex_);
    const bool there = wake_.wait_for(lock, std::chrono::seconds(20), [&] { return posts_.size() > index; });
    AGENTHOST_CHECK(there, "the webhook was not posted in time");
    return posts_[index];
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return posts_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Post> posts_;
};

RunRequest ask_with_webhook() {
  auto request = ask();
  request.webhook = "http://example.org/hook";
  return request;
}

class WebhookServiceTest : public testing::Test {
 protected:
  // A run that has ended, whose webhook is owed.
  ActiveRunPtr end_a_run(RunHouse& house, runtime::NodeOutcome how) {
    const auto run = house.create(house.thread(), ask_with_webhook());
    EXPECT_TRUE(run);
    auto ended = house.ended(*run);
    tasks_.at(tasks_seen_++).sink->done(std::move(how));
    (void)ended.get();
    return *run;
  }
  std::size_t owed(RunHouse& house) {
    house.settle();
    return house.storage->webhooks()->size();
  }

  Tasks tasks_;
  std::size_t tasks_seen_ = 0;
  FakeSender sender_;
};

TEST_F(WebhookServiceTest, TellsHowARunEndedWithItsValuesAndTimes) {
  RunHouse house(tasks_, {}, {}, &sender_);
  ASSERT_TRUE(house.webhooks->start());
  const auto run = end_a_run(house, test::wrote(R"({"foo":"out"})"));
  const auto post = sender_.at(0);
  EXPECT_EQ(post.url, "http://example.org/hook");
  const auto body = parse_json(post.body);
  ASSERT_TRUE(body);
  EXPECT_EQ(string_member(*body, "run_id"), run->row.run_id);
  EXPECT_EQ(string_member(*body, "status"), "success");
  EXPECT_THAT(post.body, HasSubstr(R"("error":null)"));
  EXPECT_THAT(post.body, HasSubstr(R"("values":{"foo":["in","out"]})"));
  for (const auto* time : {"run_started_at", "run_ended_at", "webhook_sent_at"})
    EXPECT_THAT(std::string(string_member(*body, time)), HasSubstr("+00:00")) << time;
  EXPECT_EQ(owed(house), 1U) << "until it is delivered";
  post.done(204);
  EXPECT_EQ(owed(house), 0U);
}

TEST_F(WebhookServiceTest, TellsOfFailuresAndCancelsToo) {
  RunHouse house(tasks_, {}, {}, &sender_);
  ASSERT_TRUE(house.webhooks->start());
  end_a_run(house, Error{ErrorCode::kInternal, "kaboom", "TypeError"});
  EXPECT_THAT(sender_.at(0).body, HasSubstr(R"("status":"error")"));
  EXPECT_THAT(sender_.at(0).body, HasSubstr(R"("error":"kaboom")"));
  sender_.at(0).done(200);
  auto late = ask_with_webhook();
  late.after = std::chrono::hours(1);
  const auto run = house.create(house.thread(), late);
  house.scheduler.cancel((*run)->row.run_id, CancelAction::kRollback);
  EXPECT_THAT(sender_.at(1).body, HasSubstr(R"("status":"interrupted")"));
  EXPECT_THAT(sender_.at(1).body, HasSubstr(R"("run_started_at":null)"));
  sender_.at(1).done(200);
}

TEST_F(WebhookServiceTest, TriesAgainWhenItMayHelpAndGivesUpInTheEnd) {
  RunHouse house(tasks_, {}, {}, &sender_);
  ASSERT_TRUE(house.webhooks->start());
  const auto run = end_a_run(house, test::wrote("{}"));
  sender_.at(0).done(fail(ErrorCode::kUnavailable, "nobody there"));
  sender_.at(1).done(503);
  sender_.at(2).done(429);
  EXPECT_EQ(owed(house), 0U) << "three attempts are allowed";
  EXPECT_EQ(sender_.count(), 3U);
  EXPECT_EQ(sender_.at(0).id, sender_.at(2).id) << "so that the other side can tell";
  EXPECT_EQ(house.status(run), RunStatus::kSuccess);
}

TEST_F(WebhookServiceTest, DoesNotInsistWhenItIsToldNo) {
  RunHouse house(tasks_, {}, {}, &sender_);
  ASSERT_TRUE(house.webhooks->start());
  end_a_run(house, test::wrote("{}"));
  sender_.at(0).done(410);
  EXPECT_EQ(owed(house), 0U);
  end_a_run(house, test::wrote("{}"));
  sender_.at(1).done(fail(ErrorCode::kDenied, "not public"));
  EXPECT_EQ(owed(house), 0U);
  EXPECT_EQ(sender_.count(), 2U);
}

TEST_F(WebhookServiceTest, WhatIsOwedSurvivesARestartAndTheThread) {
  const auto folder = std::filesystem::temp_directory_path() / ("agenthost-webhook-" + new_uuid7());
  std::filesystem::create_directory(folder);
  std::string id;
  {
    RunHouse house(tasks_, folder / "db", {}, &sender_);
    ASSERT_TRUE(house.webhooks->start());
    const auto run = end_a_run(house, test::wrote("{}"));
    id = sender_.at(0).id;
    std::promise<void> removed;
    house.threads.remove(run->row.thread_id, [&](const auto&) { removed.set_value(); });
    removed.get_future().get();
  }
  {
    Tasks none;
    FakeSender after;
    RunHouse house(none, folder / "db", {}, &after);
    EXPECT_EQ(after.count(), 0U) << "nothing is sent before the start";
    ASSERT_TRUE(house.webhooks->start());
    EXPECT_EQ(after.at(0).id, id);
    after.at(0).done(200);
    EXPECT_EQ(owed(house), 0U);
  }
  std::filesystem::remove_all(folder);
}

TEST_F(WebhookServiceTest, AWebhookThatCannotBeIsRefusedWithTheRun) {
  RunHouse house(tasks_, {}, {}, &sender_);
  auto request = ask();
  request.webhook = "ftp://example.org/";
  const auto run = house.create(house.thread(), request);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(run.error().text, HasSubstr("webhook: must be http"));
  RunHouse without(tasks_);
  EXPECT_EQ(without.create(without.thread(), ask_with_webhook()).error().code, ErrorCode::kInvalid);
}

}  // namespace
}  // namespace agenthost::services

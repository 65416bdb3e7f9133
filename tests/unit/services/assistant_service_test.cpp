#include "host/services/assistant_service.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/run_house.hpp"

namespace agenthost::services {
namespace {

using test::RunHouse;
using test::Tasks;

void rename(AssistantService& assistants, const std::string& id, const std::string& name) {
  storage::UpdateAssistant change;
  change.assistant_id = id;
  change.name = name;
  change.now = now_us();
  std::promise<bool> changed;
  assistants.update(std::move(change),
                    [&](const Result<models::Assistant>& now) { changed.set_value(now.has_value()); });
  ASSERT_TRUE(changed.get_future().get());
}

// Who reads a row while it is changed must not keep what it was for those who come after the change.
TEST(AnAssistant, IsWhatItWasChangedToWhoeverReadsMeanwhile) {
  constexpr int kChanges = 3'000;
  Tasks tasks;
  RunHouse house(tasks);
  const auto id = house.assistants.to_id("g");
  std::atomic<bool> enough{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!enough) EXPECT_TRUE(house.assistants.resolve(id).has_value());
    });
  }
  int stale = 0;
  for (int i = 0; i < kChanges && stale == 0; ++i) {
    const auto name = std::to_string(i);
    rename(house.assistants, id, name);
    if (house.assistants.resolve(id)->name != name) ++stale;
  }
  enough = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(stale, 0);
}

}  // namespace
}  // namespace agenthost::services

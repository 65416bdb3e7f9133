// StorageTest: every behaviour of Storage, asked of the database in memory and of one in a file. Also the
// small makers the storage tests share. Strand-bound: one test.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "host/storage/sqlite/sqlite_storage.hpp"

namespace agenthost::storage {

// A folder that goes away with its test.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "agenthost-storage-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] std::filesystem::path file() const { return path_ / "agenthost.db"; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::unique_ptr<Storage> open_or_die(const std::filesystem::path& file) {
  auto storage = open_sqlite({file, 2});
  if (!storage) {
    ADD_FAILURE() << storage.error().text;
    std::abort();
  }
  return std::move(*storage);
}

// Writes and waits for the commit.
inline Status commit(Storage& storage, Batch batch) {
  std::promise<Status> done;
  auto result = done.get_future();
  storage.write(std::move(batch), [&](Status status) { done.set_value(std::move(status)); });
  return result.get();
}

inline models::Assistant make_assistant(const std::string& id, Micros created_at = 1) {
  models::Assistant assistant;
  assistant.assistant_id = id;
  assistant.graph_id = "echo";
  assistant.name = "Untitled";
  assistant.created_at = assistant.updated_at = created_at;
  return assistant;
}

inline models::Thread make_thread(const std::string& id, Micros created_at = 1) {
  models::Thread thread;
  thread.thread_id = id;
  thread.created_at = thread.updated_at = thread.state_updated_at = created_at;
  return thread;
}

inline models::Run make_run(const std::string& id, const std::string& thread_id, Micros created_at = 1) {
  models::Run run;
  run.run_id = id;
  run.thread_id = thread_id;
  run.assistant_id = "assistant";
  run.created_at = run.updated_at = created_at;
  return run;
}

inline models::Checkpoint make_checkpoint(const std::string& id, const std::string& thread_id,
                                          std::vector<models::ChannelValue> channels = {}) {
  models::Checkpoint checkpoint;
  checkpoint.thread_id = thread_id;
  checkpoint.checkpoint_id = id;
  checkpoint.source = "loop";
  checkpoint.channels = std::move(channels);
  return checkpoint;
}

enum class Place { kMemory, kFile };

class StorageTest : public testing::TestWithParam<Place> {
 protected:
  StorageTest() : storage_(open_or_die(GetParam() == Place::kFile ? folder_.file() : "")) {}

  Status commit(Batch batch) { return storage::commit(*storage_, std::move(batch)); }
  Storage& storage() { return *storage_; }

  const TemporaryFolder folder_;
  std::unique_ptr<Storage> storage_;
};

inline std::string place_name(const testing::TestParamInfo<Place>& info) {
  return info.param == Place::kMemory ? "Memory" : "File";
}

}  // namespace agenthost::storage

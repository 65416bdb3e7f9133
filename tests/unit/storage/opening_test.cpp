#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include <fstream>

#include "host/storage/sqlite/schema.hpp"
#include "tests/unit/storage/storage_fixture.hpp"

namespace agenthost::storage {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string error_of(const std::filesystem::path& file) {
  const auto storage = open_sqlite({file, 1});
  return storage ? "opened" : storage.error().text;
}

void edit(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(sql);
}

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Opening, MigratesAnEmptyFileOnceAndThenLeavesItAlone) {
  const TemporaryFolder folder;
  ASSERT_EQ(error_of(folder.file()), "opened");
  const auto before = content(folder.file());
  ASSERT_EQ(error_of(folder.file()), "opened");
  EXPECT_TRUE(content(folder.file()) == before);
}

TEST(Opening, AFileOfAnOlderSchemaKeepsItsThreadsAndFindsThem) {
  const TemporaryFolder folder;
  edit(folder.file(), content(std::filesystem::path(STORAGE_TEST_DATA) / "schema_6.sql"));
  std::vector<std::string> notices;
  const SqliteOptions options{folder.file(), 2, [&](const std::string& what) { notices.push_back(what); }};
  const auto storage = std::move(*open_sqlite(options));
  EXPECT_THAT(notices, ElementsAre(AllOf(HasSubstr(folder.file().string()), HasSubstr("from schema 6 to "))));
  const std::string id = "00000000-0000-7000-8000-000000000001";
  EXPECT_EQ(storage->history(id, {})->size(), 6u);
  EXPECT_THAT(**storage->latest_values(id, {}), HasSubstr("echo: again"));
  EXPECT_EQ(storage->runs(id, models::RunStatus::kSuccess, {})->total, 2);
  for (const char* key : {"created_at", "updated_at", "state_updated_at", "status", "thread_id"}) {
    const auto ann = storage->threads({.metadata_contains = R"({"owner":"ann"})", .sort_by = key}, {});
    ASSERT_EQ(ann->rows.size(), 2u) << key;
    EXPECT_EQ(ann->total, 2) << key;
  }
  // The numbers go on from where they were.
  ASSERT_TRUE(commit(*storage, {DeleteThread{id}}));
  EXPECT_EQ(storage->threads({.metadata_contains = R"({"owner":"ann"})"}, {})->total, 1);
  EXPECT_EQ(storage->threads({.status = models::ThreadStatus::kIdle}, {})->total, 1);
  EXPECT_EQ(storage->threads({.metadata_contains = R"({"graph_id":"echo"})"}, {})->total, 0);
}

TEST(Opening, RefusesANewerSchemaWithBothVersions) {
  const TemporaryFolder folder;
  ASSERT_EQ(error_of(folder.file()), "opened");
  edit(folder.file(), "PRAGMA user_version=9999");
  EXPECT_THAT(error_of(folder.file()),
              AllOf(HasSubstr(folder.file().string()), HasSubstr("schema 9999"),
                    HasSubstr("up to " + std::to_string(current_schema())), HasSubstr("newer agenthost")));
}

TEST(Opening, RefusesAnotherProgramsDatabaseUnchanged) {
  const TemporaryFolder folder;
  edit(folder.file(), "CREATE TABLE photos (id INTEGER); INSERT INTO photos VALUES (1)");
  const auto before = content(folder.file());
  EXPECT_THAT(error_of(folder.file()), HasSubstr("another program"));
  EXPECT_TRUE(content(folder.file()) == before);
}

TEST(Opening, RefusesGarbageWithTheRemedy) {
  const TemporaryFolder folder;
  std::ofstream(folder.file()) << std::string(10'000, 'x');
  EXPECT_THAT(error_of(folder.file()), AllOf(HasSubstr(folder.file().string()),
                                             HasSubstr("not an SQLite database"), HasSubstr("move it away")));
  EXPECT_EQ(content(folder.file()), std::string(10'000, 'x'));
}

TEST(Opening, NamesAMissingFolder) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "missing" / "agenthost.db";
  EXPECT_THAT(error_of(file), AllOf(HasSubstr(file.string()), HasSubstr("check that the folder exists")));
}

TEST(Opening, NamesAFolderInPlaceOfTheFile) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of(folder.path()), HasSubstr(folder.path().string()));
}

TEST(Opening, DurableCommitsAreSwitchedOn) {
  const TemporaryFolder folder;
  auto connection = Connection::open(folder.file(), Role::kWriter);
  ASSERT_TRUE(connection);
  ASSERT_TRUE(migrate(**connection));
  auto& database = (*connection)->database();
  EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "wal");
  EXPECT_EQ(database.execAndGet("PRAGMA synchronous").getInt(), 2) << "FULL";
  EXPECT_EQ(database.execAndGet("PRAGMA foreign_keys").getInt(), 1);
}

TEST(Opening, ReadersCannotWrite) {
  const TemporaryFolder folder;
  const auto storage = open_or_die(folder.file());
  auto reader = Connection::open(folder.file(), Role::kReader);
  ASSERT_TRUE(reader);
  EXPECT_THROW((*reader)->run("DELETE FROM threads"), SQLite::Exception);
}

}  // namespace
}  // namespace agenthost::storage

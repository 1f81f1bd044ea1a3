#include "common/testing/test_database.h"

#include <gtest/gtest.h>

namespace yaoshi::testing {
namespace {

constexpr db::Migration kMigrations[] = {
    {"testing/0001_notes.sql",
     "CREATE TABLE IF NOT EXISTS note (id INT NOT NULL, text VARCHAR(20), PRIMARY KEY (id));\n"}};
constexpr db::Migration kLater[] = {
    kMigrations[0],
    {"testing/0002_marks.sql", "CREATE TABLE IF NOT EXISTS mark (id INT NOT NULL, PRIMARY KEY (id));\n"}};

TEST(TestDatabaseTest, KeepsItsRowsBetweenCalls) {
  db::Session session(TestDatabase(kMigrations));
  ASSERT_TRUE(session.Execute("INSERT INTO note (id, text) VALUES (?, ?)", {1, "陇西县"}).ok());
  db::Session other(TestDatabase(kLater));
  auto rows = other.Query("SELECT text FROM note WHERE id = ?", {1});
  ASSERT_TRUE(rows.ok()) << rows.status();
  ASSERT_TRUE(rows->Next());
  EXPECT_EQ(rows->Text(1), "陇西县");
  EXPECT_TRUE(other.Execute("INSERT INTO mark (id) VALUES (?)", {1}).ok());
}

TEST(TestDatabaseTest, IsThisProcessAlone) {
  EXPECT_EQ(TestDatabase(kMigrations).schema.rfind("test_", 0), 0u);
  EXPECT_EQ(TestDatabase(kMigrations).schema, TestDatabase(kMigrations).schema);
}

}  // namespace
}  // namespace yaoshi::testing

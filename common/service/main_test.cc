// What a service's process does before it serves. Serving itself is proven with the real services.
#include "common/service/main.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/status/testing.h"
#include "common/testing/test_database.h"

namespace yaoshi::service {
namespace {

using yaoshi::testing::Must;

constexpr db::Migration kMigrations[] = {
    {"0001_limit.sql", "CREATE TABLE limit_then AS SELECT @@max_statement_time AS seconds;\n"}};

class MainTest : public ::testing::Test {
 protected:
  MainTest() : session_(yaoshi::testing::TestDatabase({})) {
    Must(session_.Run("DROP TABLE IF EXISTS limit_then"));
    Must(session_.Run("DELETE FROM schema_migration"));
  }

  // The exit code of a process with these arguments; none of them may come to serve.
  int Run(std::vector<std::string> arguments) {
    const db::Options& database = yaoshi::testing::TestDatabase({});
    for (const std::string& word :
         {std::string("--database-host"), "unix://" + database.socket, std::string("--database-user"), database.user,
          std::string("--database-schema"), database.schema}) {
      arguments.push_back(word);
    }
    arguments.insert(arguments.begin(), "yaoshi-test");
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    Main main("yaoshi-test", "A service of this test.", kMigrations);
    std::string bootstrap;
    main.flags().String("bootstrap", "Work of this service.", &bootstrap);
    main.Errand([&] { return !bootstrap.empty(); },
                [&](db::Session& session) -> absl::Status {
                  if (bootstrap == "wrong") return absl::InvalidArgumentError("Not this.");
                  seen_ = Limits(session);
                  return absl::OkStatus();
                });
    return main.Run(static_cast<int>(argv.size()), argv.data(),
                    [](const rpc::Startup&, const Foundation&) -> Main::Made {
                      ADD_FAILURE() << "it came to serve";
                      return absl::InternalError("");
                    });
  }
  // What a migration recorded of its session: "" before it ran.
  static std::string Limits(db::Session& session) {
    auto rows = session.Query("SELECT CAST(seconds AS INT) FROM limit_then");
    return rows.ok() && rows->Next() ? rows->Text(1) : "";
  }

  db::Session session_;
  std::string seen_ = "not run";
};

TEST_F(MainTest, AMigrationMayTakeAnyTime) {
  EXPECT_EQ(Run({"--migrate"}), 0);
  EXPECT_EQ(Limits(session_), "0") << "no statement of it is cut off";
  EXPECT_EQ(seen_, "not run");
}

TEST_F(MainTest, WorkOfTheServiceComesAfterTheMigration) {
  EXPECT_EQ(Run({"--migrate", "--bootstrap", "right"}), 0);
  EXPECT_EQ(seen_, "0");
}

TEST_F(MainTest, WorkAloneMigratesNothing) {
  EXPECT_EQ(Run({"--bootstrap", "right"}), 0);
  EXPECT_EQ(seen_, "");
}

TEST_F(MainTest, WorkThatCannotBeDoneIsToldByTheExitCode) {
  EXPECT_EQ(Run({"--bootstrap", "wrong"}), 2);
  EXPECT_EQ(Run({"--migrate", "--workers", "none"}), 2);
  EXPECT_EQ(Limits(session_), "") << "wrong flags change nothing";
}

TEST_F(MainTest, AServiceWithoutItsFlagsDoesNotServe) {
  EXPECT_EQ(Run({}), 2);
}

}  // namespace
}  // namespace yaoshi::service

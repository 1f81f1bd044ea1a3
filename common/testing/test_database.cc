#include "common/testing/test_database.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "common/calendar/clock.h"
#include "common/ids/uuid.h"
#include "common/testing/private_mariadb.h"

namespace yaoshi::testing {
namespace {

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "The test database does not work: %s\n", status.ToString().c_str());
  std::abort();
}

// A name that no other process has, of this run or of one that was killed.
std::string SchemaName() {
  std::string name = "test_" + Uuid::New(SystemClock()).ToString();
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

class Schema {
 public:
  Schema() {
    db::InitDriver();
    const char* socket = std::getenv("YAOSHI_TEST_DATABASE");
    if (socket == nullptr || *socket == '\0') server_.emplace();
    options_.socket = server_.has_value() ? server_->socket() : socket;
    options_.user = "root";
    const std::string name = SchemaName();
    Require(
        db::Session(options_).Run(fmt::format("CREATE DATABASE {} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", name)));
    options_.schema = name;
  }
  ~Schema() { db::Session(options_).Run(fmt::format("DROP DATABASE IF EXISTS {}", options_.schema)).IgnoreError(); }
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  const db::Options& options() const { return options_; }

 private:
  std::optional<PrivateMariaDb> server_;
  db::Options options_;
};

}  // namespace

const db::Options& TestDatabase(std::span<const db::Migration> migrations) {
  static const Schema schema;
  db::Session session(schema.options());
  Require(db::Migrate(session, migrations, SystemClock()));
  return schema.options();
}

std::string LateStatistics(db::Session& session) {
  auto rows = session.Query(
      "SELECT COALESCE(GROUP_CONCAT(table_name ORDER BY table_name), '') FROM information_schema.tables "
      "WHERE table_schema = DATABASE() AND (table_name LIKE '%\\_version' OR table_name LIKE '%\\_copy' OR table_name "
      "IN ('feed', 'change_set')) AND create_options NOT LIKE '%stats_persistent=0%'");
  if (!rows.ok() || !rows->Next()) return std::string(rows.status().message());
  return rows->Text(1);
}

}  // namespace yaoshi::testing

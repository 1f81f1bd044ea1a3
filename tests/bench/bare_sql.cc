#include "tests/bench/bare_sql.h"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <fmt/format.h>
#include <mysql_driver.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <latch>
#include <map>
#include <memory>
#include <thread>
#include <vector>

namespace yaoshi::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Prepared = std::unique_ptr<sql::PreparedStatement>;

// As common/feed/change_set.cc and services/registry/store/project_store.cc say it.
constexpr const char* kColumns =
    "SELECT v.type, v.id, v.name, v.version, v.effective_on, v.region, v.body, c.account, c.origin, c.method, "
    "c.reason, f.recorded_at FROM resource_version v JOIN change_set c ON c.id = v.change_set_id AND c.committed = 1 ";
constexpr const char* kAsOf =
    "JOIN feed f ON f.change_set_id = v.change_set_id AND f.recorded_at <= ? "
    "WHERE v.id = ? AND v.effective_on <= ? ORDER BY v.effective_on DESC, v.version DESC LIMIT 1";
constexpr const char* kHistory =
    "LEFT JOIN feed f ON f.change_set_id = v.change_set_id WHERE v.id = ? ORDER BY v.version LIMIT 10000";
constexpr const char* kInsertKey =
    "INSERT INTO idempotency (scope, idem_key, request_hash, reply, created_at) VALUES (?, ?, ?, '', ?)";
constexpr const char* kStoreReply = "UPDATE idempotency SET reply = ? WHERE scope = ? AND idem_key = ?";
constexpr const char* kInsertProject =
    "INSERT INTO project_version (id, version, change_set_id, effective_on, region, title, project_code, place, "
    "industry, field, nature, regime, stage, stage_since, owner_title, owner_credit_code, competent_department, "
    "responsible_unit, total_investment_fen, planned_start_on, planned_completion_on, started_on, completed_on) "
    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr const char* kInsertPlan =
    "INSERT INTO plan_version (id, version, change_set_id, year, planned_investment_fen) VALUES (?,?,?,?,?)";
constexpr const char* kInsertSet =
    "INSERT INTO change_set (id, committed, account, origin, method, reason, started_at, lease_until, item_count, "
    "digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* kInsertVersion =
    "INSERT INTO resource_version (id, version, type, name, effective_on, region, change_set_id, item, body) VALUES "
    "(?,?,?,?,?,?,?,?,?)";
constexpr const char* kInsertOutbox = "INSERT INTO outbox (change_set_id) VALUES (?)";
constexpr const char* kNow = "2022-06-01 00:00:00.000000";
constexpr const char* kToday = "2022-06-01";
constexpr uint32_t kProjectColumns = 23;
constexpr int64_t kMostWrites = 20'000;  // Read ahead; a run that comes to their end is over.

std::unique_ptr<sql::Connection> Connect(const SqlLoad& load) {
  sql::ConnectOptionsMap map;
  map["hostName"] = sql::SQLString("unix://" + load.socket);
  map["userName"] = sql::SQLString("root");
  map["schema"] = sql::SQLString(load.schema);
  map["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
  std::unique_ptr<sql::Connection> connection(sql::mysql::get_driver_instance()->connect(map));
  const std::unique_ptr<sql::Statement> setup(connection->createStatement());
  setup->execute("SET NAMES utf8mb4 COLLATE utf8mb4_bin");
  setup->execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  return connection;
}

Prepared Prepare(sql::Connection& connection, const std::string& text) {
  return Prepared(connection.prepareStatement(text));
}

// Runs `once` in every thread, on a connection of its own, until the time is over or it returns false.
int RunThreads(const SqlLoad& load, const std::function<std::function<bool()>(sql::Connection&)>& prepare_thread) {
  std::atomic<int64_t> count{0};
  std::latch ready(load.threads + 1);
  std::vector<std::thread> threads;
  const auto run = [&] {
    sql::mysql::get_driver_instance()->threadInit();
    try {
      const std::unique_ptr<sql::Connection> connection = Connect(load);
      const std::function<bool()> once = prepare_thread(*connection);
      ready.arrive_and_wait();
      const auto end = Clock::now() + std::chrono::duration<double>(load.seconds);
      while (Clock::now() < end && once()) count.fetch_add(1, std::memory_order_relaxed);
    } catch (const sql::SQLException& error) {
      // The other threads wait for this one at the latch: there is nothing to go on with.
      std::fprintf(stderr, "%s\n", error.what());
      std::_Exit(1);
    }
    sql::mysql::get_driver_instance()->threadEnd();
  };
  sql::mysql::get_driver_instance();  // Before the threads: its own start races with itself.
  for (int i = 0; i < load.threads; ++i) threads.emplace_back(run);
  ready.arrive_and_wait();
  const auto begin = Clock::now();
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> seconds = Clock::now() - begin;
  fmt::print("{{\"count\":{},\"seconds\":{:.6f}}}\n", count.load(), seconds.count());
  return 0;
}

std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

// Reads every column of every row, as a caller must.
size_t ReadAll(sql::ResultSet& rows, uint32_t columns) {
  size_t bytes = 0;
  while (rows.next()) {
    for (uint32_t i = 1; i <= columns; ++i) bytes += rows.getString(i).length();
  }
  return bytes;
}

// What a write needs to know of its project, read before the clock starts.
struct Source {
  std::array<std::string, kProjectColumns> columns;
  std::array<bool, kProjectColumns> null{};
  std::string name, body;
  std::vector<std::pair<std::string, std::string>> plans;
};

std::vector<Source> LoadSources(const SqlLoad& load) {
  const std::unique_ptr<sql::Connection> connection = Connect(load);
  std::string text(kInsertProject);
  text = "SELECT " + text.substr(text.find('(') + 1, text.find(')') - text.find('(') - 1) +
         " FROM project_version WHERE version = 1 ORDER BY id LIMIT ? OFFSET ?";
  const Prepared select = Prepare(*connection, text);
  select->setInt64(1, kMostWrites);
  select->setInt64(2, load.skip);
  const std::unique_ptr<sql::ResultSet> rows(select->executeQuery());
  std::vector<Source> sources;
  std::map<std::string, size_t> by_id;
  while (rows->next()) {
    Source source;
    for (uint32_t i = 0; i < kProjectColumns; ++i) {
      source.null[i] = rows->isNull(i + 1);
      if (!source.null[i]) source.columns[i] = rows->getString(i + 1).asStdString();
    }
    by_id.emplace(source.columns[0], sources.size());
    sources.push_back(std::move(source));
  }
  if (sources.empty()) return sources;
  const auto each = [&](const char* more, const std::function<void(Source&, sql::ResultSet&)>& take) {
    const Prepared statement = Prepare(*connection, more);
    statement->setString(1, sources.front().columns[0]);
    statement->setString(2, sources.back().columns[0]);
    const std::unique_ptr<sql::ResultSet> found(statement->executeQuery());
    while (found->next()) {
      const auto at = by_id.find(found->getString(1).asStdString());
      if (at != by_id.end()) take(sources[at->second], *found);
    }
  };
  each("SELECT id, name, body FROM resource_version WHERE version = 1 AND id BETWEEN ? AND ?",
       [](Source& source, sql::ResultSet& row) {
         source.name = row.getString(2).asStdString();
         source.body = row.getString(3).asStdString();
       });
  each("SELECT id, year, planned_investment_fen FROM plan_version WHERE version = 1 AND id BETWEEN ? AND ?",
       [](Source& source, sql::ResultSet& row) {
         source.plans.emplace_back(row.getString(2).asStdString(), row.getString(3).asStdString());
       });
  return sources;
}

// One thread's statements of UpdateProject.
class WriteLoop {
 public:
  WriteLoop(sql::Connection& connection, const std::vector<Source>& sources, std::atomic<size_t>& next)
      : sources_(sources),
        next_(next),
        plain_(connection.createStatement()),
        key_(Prepare(connection, kInsertKey)),
        history_(Prepare(connection, fmt::format("{}{}", kColumns, kHistory))),
        project_(Prepare(connection, kInsertProject)),
        plan_(Prepare(connection, kInsertPlan)),
        set_(Prepare(connection, kInsertSet)),
        version_(Prepare(connection, kInsertVersion)),
        outbox_(Prepare(connection, kInsertOutbox)),
        reply_(Prepare(connection, kStoreReply)) {}

  bool Once() {
    const size_t index = next_.fetch_add(1);
    if (index >= sources_.size()) return false;
    const Source& source = sources_[index];
    // Differs from the ids of the copied sets in one bit of the version, and is as well spread over the tree as they.
    std::string set = source.columns[0];
    set[6] = static_cast<char>(set[6] ^ 0x10);
    plain_->execute("START TRANSACTION");
    Run(*key_, {kScope, set, kHash, kNow});
    history_->setString(1, source.columns[0]);
    const std::unique_ptr<sql::ResultSet> rows(history_->executeQuery());
    ReadAll(*rows, 12);
    InsertProject(source, set);
    for (const auto& [year, fen] : source.plans) Run(*plan_, {source.columns[0], "2", set, year, fen});
    Run(*set_, {set, "1", "bench", "127.0.0.1", "/yaoshi.registry.v1.ProjectService/UpdateProject", "measuring", kNow,
                nullptr, "1", kHash});
    Run(*version_, {source.columns[0], "2", "project", source.name, kToday, source.columns[4], set, "0", source.body});
    Run(*outbox_, {set});
    Run(*reply_, {set + source.body, kScope, set});
    plain_->execute("COMMIT");
    return true;
  }

 private:
  struct Text {
    Text(const char* value) : text(value == nullptr ? "" : value), null(value == nullptr) {}  // NOLINT
    Text(const std::string& value) : text(value) {}                                           // NOLINT
    std::string text;
    bool null = false;
  };

  static void Run(sql::PreparedStatement& statement, const std::vector<Text>& values) {
    uint32_t index = 0;
    for (const Text& value : values) {
      ++index;
      if (value.null) {
        statement.setNull(index, 0);
      } else {
        statement.setString(index, value.text);
      }
    }
    statement.executeUpdate();
  }

  void InsertProject(const Source& source, const std::string& set) {
    for (uint32_t i = 0; i < kProjectColumns; ++i) {
      if (source.null[i]) {
        project_->setNull(i + 1, 0);
      } else {
        project_->setString(i + 1, source.columns[i]);
      }
    }
    project_->setInt64(2, 2);
    project_->setString(3, set);
    project_->setString(4, kToday);
    project_->executeUpdate();
  }

  inline static const std::string kScope = std::string(32, 's');
  inline static const std::string kHash = std::string(32, 'h');
  const std::vector<Source>& sources_;
  std::atomic<size_t>& next_;
  std::unique_ptr<sql::Statement> plain_;
  Prepared key_, history_, project_, plan_, set_, version_, outbox_, reply_;
};

}  // namespace

int RunSqlReads(const SqlLoad& load) {
  const std::string id = FromHex(load.project);
  return RunThreads(load, [&](sql::Connection& connection) -> std::function<bool()> {
    const std::shared_ptr<sql::PreparedStatement> select = Prepare(connection, fmt::format("{}{}", kColumns, kAsOf));
    return [select, id] {
      select->setString(1, "2100-01-01 00:00:00.000000");
      select->setString(2, id);
      select->setString(3, kToday);
      const std::unique_ptr<sql::ResultSet> rows(select->executeQuery());
      if (ReadAll(*rows, 12) == 0) throw sql::SQLException("the project is not there");
      return true;
    };
  });
}

int RunSqlWrites(const SqlLoad& load) {
  const std::vector<Source> sources = LoadSources(load);
  std::atomic<size_t> next{0};
  return RunThreads(load, [&](sql::Connection& connection) -> std::function<bool()> {
    const auto loop = std::make_shared<WriteLoop>(connection, sources, next);
    return [loop] { return loop->Once(); };
  });
}

}  // namespace yaoshi::bench

// What the tests of this folder share: tables of their own, a second session that looks on, threads that write.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "common/db/migrate.h"
#include "common/db/session.h"
#include "common/db/write.h"
#include "common/testing/test_database.h"
#include "gtest/gtest.h"

namespace yaoshi::db {

using std::chrono::steady_clock;

inline constexpr Migration kTestTables[] = {
    {"db/0001_idempotency.sql",
     "CREATE TABLE IF NOT EXISTS idempotency (scope BINARY(32) NOT NULL, idem_key VARBINARY(64) NOT NULL, request_hash "
     "BINARY(32) NOT NULL, reply MEDIUMBLOB NOT NULL, created_at DATETIME(6) NOT NULL, PRIMARY KEY (scope, idem_key), "
     "KEY by_age (created_at));\n"},
    {"db/0002_bond.sql",
     "CREATE TABLE IF NOT EXISTS bond (id INT NOT NULL, used_fen BIGINT NOT NULL, PRIMARY KEY (id));\n"
     "CREATE TABLE IF NOT EXISTS draw (id VARBINARY(64) NOT NULL, bond_id INT NOT NULL, fen BIGINT NOT NULL, PRIMARY "
     "KEY "
     "(id));\n"}};

inline Options TestOptions() {
  return testing::TestDatabase(kTestTables);
}

// The single number that a query gives; −1 when it fails.
inline int64_t Number(Session& session, std::string_view sql, const Values& values = {}) {
  auto rows = session.Query(sql, values);
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows.ok() && rows->Next() ? rows->Int(1) : -1;
}

inline int64_t ConnectionOf(Session& session) {
  return Number(session, "SELECT CONNECTION_ID()");
}

// Ends a session from another one, and waits until the server has.
inline void KillConnection(const Options& options, int64_t id) {
  Session killer(options);
  killer.Run("KILL " + std::to_string(id)).IgnoreError();
  const auto give_up = steady_clock::now() + std::chrono::seconds(10);
  while (Number(killer, "SELECT COUNT(*) FROM information_schema.processlist WHERE id = ?", {id}) != 0) {
    ASSERT_LT(steady_clock::now(), give_up);
  }
}

// Polls until `done`; fails the test after 20 s.
inline void Await(const std::function<bool()>& done) {
  const auto give_up = steady_clock::now() + std::chrono::seconds(20);
  while (!done()) {
    ASSERT_LT(steady_clock::now(), give_up) << "it never came";
    std::this_thread::yield();
  }
}

inline void InThreads(int count, const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&work, i] {
      ThreadScope scope;
      work(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

inline steady_clock::time_point Soon(std::chrono::milliseconds in = std::chrono::seconds(20)) {
  return steady_clock::now() + in;
}

// One request of the domain, told apart by its text.
inline WriteIdentity Request(std::string key, char hash = 'h') {
  return {std::string(32, 's'), std::move(key), std::string(32, hash)};
}

}  // namespace yaoshi::db

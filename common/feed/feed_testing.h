// What the tests of this folder share: a schema per test, versions of made-up projects, and calls.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/db/migrate.h"
#include "common/db/session.h"
#include "common/db/write.h"
#include "common/feed/change_set.h"
#include "common/feed/engine.h"
#include "common/feed/sequencer.h"
#include "common/rpc/call.h"
#include "common/testing/test_database.h"
#include "gtest/gtest.h"

namespace yaoshi::feed {

std::span<const db::Migration> Migrations();  // Made by the build from the .sql files.

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

inline constexpr int64_t kSecond = 1'000'000;
inline const Author kAuthor{"office", "192.0.2.7", "/yaoshi.registry.v1.ProjectService/UpdateProject", "纳入清单"};

// "projects/…" number `number`; `body` stands for its state.
inline Version ProjectVersion(int number, int64_t version, std::string body, const char* effective_on = "2022-04-20",
                              std::string region = "621122") {
  const Uuid id = NamedId("project", std::to_string(number));
  return {"project",      id, "projects/" + id.ToString(), version, *Date::Parse(effective_on), std::move(region),
          std::move(body)};
}

inline steady_clock::time_point Soon(milliseconds in = seconds(30)) {
  return steady_clock::now() + in;
}

// Polls until `done`; fails the test after 30 s.
inline void Await(const std::function<bool()>& done) {
  const auto give_up = Soon();
  while (!done()) {
    ASSERT_LT(steady_clock::now(), give_up) << "it never came";
    std::this_thread::yield();
  }
}

inline void InThreads(int count, const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&work, i] {
      db::ThreadScope scope;
      work(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// A database of this test's own, with the feed's tables.
class FeedDatabase {
 public:
  explicit FeedDatabase(db::Options server = testing::TestDatabase({})) : options_(std::move(server)) {
    options_.schema = "feed_" + Uuid::New(SystemClock()).ToString();
    for (char& c : options_.schema) c = c == '-' ? '_' : c;
    db::Options root = options_;
    root.schema.clear();
    EXPECT_TRUE(db::Session(root).Run("CREATE DATABASE " + options_.schema).ok());
    db::Session session(options_);
    EXPECT_TRUE(db::Migrate(session, Migrations(), SystemClock()).ok());
    EXPECT_TRUE(MakeHead(session).ok());
  }
  ~FeedDatabase() { db::Session(options_).Run("DROP DATABASE IF EXISTS " + options_.schema).IgnoreError(); }
  FeedDatabase(const FeedDatabase&) = delete;
  FeedDatabase& operator=(const FeedDatabase&) = delete;

  const db::Options& options() const { return options_; }

 private:
  db::Options options_;
};

class FeedTest : public ::testing::Test {
 protected:
  FeedTest() : session_(database_.options()) {}

  // One committed change set; its id.
  Uuid Commit(std::vector<Version> versions, const Author& author = kAuthor) {
    return CommitIn(session_, versions, author);
  }
  Uuid CommitIn(db::Session& session, const std::vector<Version>& versions, const Author& author = kAuthor) {
    const Uuid id = Uuid::New(clock_);
    const absl::Status written = db::RunTransaction(
        session, Soon(), [&](db::Session& tx) { return Write(tx, id, author, clock_.Now(), versions); });
    EXPECT_TRUE(written.ok()) << written;
    return id;
  }
  void NumberAll() {
    for (int numbered = 1; numbered > 0;) {
      const auto result = NumberPending(session_, clock_);
      ASSERT_TRUE(result.ok()) << result.status();
      numbered = *result;
    }
  }
  int64_t Number(std::string_view sql, const db::Values& values = {}) {
    auto rows = session_.Query(sql, values);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() && rows->Next() ? rows->Int(1) : -1;
  }
  std::vector<Change> Feed(int64_t after = 0) {
    std::vector<Change> all;
    while (true) {
      auto changes = ReadFeed(session_, after, 700);
      EXPECT_TRUE(changes.ok()) << changes.status();
      if (!changes.ok() || changes->empty()) return all;
      after = changes->back().sequence;
      all.insert(all.end(), changes->begin(), changes->end());
    }
  }

  FakeClock clock_;
  FeedDatabase database_;
  db::Session session_;
};

// What a service's memory would hold: the newest version of each resource.
class Memory {
 public:
  void Apply(const std::vector<Change>& changes) {
    absl::MutexLock lock(&mutex_);
    calls_.push_back(changes.size());
    for (const Change& change : changes) {
      Change& newest = newest_[change.name];
      if (change.version <= newest.version) ++backwards_;
      newest = change;
    }
  }
  // Everything that a change says, comparable.
  std::map<std::string, std::string> State() const {
    absl::MutexLock lock(&mutex_);
    std::map<std::string, std::string> state;
    for (const auto& [name, c] : newest_) {
      state[name] = fmt::format("{} {} {} {} {} {} {} {} {} {} {}", c.sequence, c.change_set.ToString(), c.version,
                                c.type, c.effective_on.ToString(), c.region, c.body, c.author.account, c.author.origin,
                                c.author.reason, c.recorded_at.ToString());
    }
    return state;
  }
  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return newest_.size();
  }
  std::vector<size_t> calls() const {
    absl::MutexLock lock(&mutex_);
    return calls_;
  }
  int backwards() const {
    absl::MutexLock lock(&mutex_);
    return backwards_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, Change> newest_;
  std::vector<size_t> calls_;
  int backwards_ = 0;
};

// A replica: an engine with its memory.
struct Replica {
  Replica(const db::Options& options, const Clock& clock, std::vector<std::string> side_tables = {},
          milliseconds poll = milliseconds(20))
      : engine(
            {options, &clock, [this](const auto& changes) { memory.Apply(changes); }, std::move(side_tables), poll}) {}
  Memory memory;
  Engine engine;
};

// A call of an RPC that writes, as the gate would make it.
struct TestCall {
  explicit TestCall(db::Session* session, std::string request_id = Uuid::New(SystemClock()).ToString(),
                    const google::protobuf::Message* request = nullptr, Timestamp now = FakeClock().Now())
      : call([&] {
          static const std::string method = kAuthor.method, permission = "projects.write";
          rpc::CallInfo info;
          info.principal = {"office", auth::Role::kCityOffice, "621100", "", false};
          info.method = &method;
          info.permission = &permission;
          info.reach = auth::Reach::kAll;
          info.request_id = std::move(request_id);
          info.origin = "192.0.2.7";
          info.now = now;
          info.deadline = Soon();
          info.request = request;
          return info;
        }()) {
    call.set_session(session);
  }
  rpc::Call call;
};

}  // namespace yaoshi::feed

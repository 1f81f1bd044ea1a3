// What writing costs: commits per second of 16 writers through feed::Transact and of the same SQL bare, what numbering
// costs, and how long a load takes. Prints; asserts nothing.
#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/db/migrate.h"
#include "common/db/session.h"
#include "common/db/write.h"
#include "common/feed/change_set.h"
#include "common/feed/engine.h"
#include "common/feed/sequencer.h"
#include "common/feed/transact.h"
#include "common/testing/test_database.h"

namespace yaoshi::feed {

std::span<const db::Migration> Migrations();  // Made by the build from the .sql files.

namespace {

using std::chrono::steady_clock;

constexpr int kWriters = 16;
constexpr std::chrono::seconds kRound{3};
constexpr int kRounds = 3;
constexpr int kResources = 100'000;

double SecondsSince(steady_clock::time_point begin) {
  return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

void Require(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

Version NewProject(std::string body) {
  const Uuid id = Uuid::New(SystemClock());
  return {"project", id, "projects/" + id.ToString(), 1, *Date::Parse("2022-04-20"), "621122", std::move(body)};
}

// Runs `write` in 16 threads for one round; commits per second.
double Rate(const db::Options& options, const std::function<void(db::Session&)>& write) {
  std::atomic<int64_t> commits = 0;
  const auto begin = steady_clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&] {
      db::ThreadScope scope;
      db::Session session(options);
      while (steady_clock::now() - begin < kRound) {
        write(session);
        ++commits;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(commits) / SecondsSince(begin);
}

void ThroughTransact(Writer& writer, db::Session& session) {
  static const std::string method = "/yaoshi.registry.v1.ProjectService/CreateProject", permission = "projects.write";
  rpc::CallInfo info;
  info.principal = {"office", auth::Role::kCityOffice, "621100", "", false};
  info.method = &method;
  info.permission = &permission;
  info.reach = auth::Reach::kAll;
  info.request_id = Uuid::New(SystemClock()).ToString();
  info.now = SystemClock().Now();
  rpc::Call call(std::move(info));
  call.set_session(&session);
  Require(writer
              .TransactBytes(call, {},
                             [](Tx& tx) -> absl::StatusOr<std::string> {
                               tx.Put(NewProject(std::string(900, 'x')));
                               return std::string(900, 'x');
                             })
              .status());
}

// The same rows, with the same statements, and nothing else. They go to copies of the tables.
void Bare(db::Session& session) {
  const Uuid set = Uuid::New(SystemClock()), id = Uuid::New(SystemClock());
  const std::string hash(32, 'h'), body(900, 'x');
  const Timestamp now = SystemClock().Now();
  Require(session.Run("START TRANSACTION"));
  Require(
      session
          .Execute(
              "INSERT INTO bare_idempotency (scope, idem_key, request_hash, reply, created_at) VALUES (?, ?, ?, '', ?)",
              {hash, id.ToString(), hash, now})
          .status());
  Require(
      session
          .Execute(
              "INSERT INTO bare_change_set (id, committed, account, origin, method, reason, started_at, lease_until, "
              "item_count, digest) VALUES (?, 1, 'office', '', 'm', '', ?, NULL, 1, ?)",
              {set, now, hash})
          .status());
  Require(session
              .Execute("INSERT INTO bare_resource_version (id, version, type, name, effective_on, region, "
                       "change_set_id, item, body) "
                       "VALUES (?, 1, 'project', ?, '2022-04-20', '621122', ?, 0, ?)",
                       {id, "projects/" + id.ToString(), set, body})
              .status());
  Require(session.Execute("INSERT INTO bare_outbox (change_set_id) VALUES (?)", {set}).status());
  Require(session
              .Execute("UPDATE bare_idempotency SET reply = ? WHERE scope = ? AND idem_key = ?",
                       {body, hash, id.ToString()})
              .status());
  Require(session.Run("COMMIT"));
}

void CompareWrites(const db::Options& options) {
  db::Session session(options);
  for (const char* table : {"idempotency", "change_set", "resource_version", "outbox"}) {
    Require(session.Run(fmt::format("CREATE TABLE IF NOT EXISTS bare_{0} LIKE {0}", table)));
  }
  Engine engine({options, &SystemClock(), [](const std::vector<Change>&) {}, {}});
  Require(engine.Load(session));
  engine.Start();
  Writer writer(engine);
  for (int round = 0; round < kRounds; ++round) {
    const double bare = Rate(options, Bare);
    const double full = Rate(options, [&](db::Session& each) { ThroughTransact(writer, each); });
    const auto drain = steady_clock::now();
    Require(engine.Sync(steady_clock::now() + std::chrono::seconds(30)));
    std::printf("16 writers: bare %.0f/s, Transact %.0f/s with numbering and following: %.2f; behind by %.0f ms\n",
                bare, full, full / bare, SecondsSince(drain) * 1000);
  }
}

void TimeNumbering(const db::Options& options) {
  db::Session session(options);
  for (int i = 0; i < 4000; ++i) {
    Require(db::RunTransaction(session, steady_clock::now() + std::chrono::seconds(30), [&](db::Session& tx) {
      return Write(tx, Uuid::New(SystemClock()), {"office", "", "m", ""}, SystemClock().Now(), {NewProject("body")});
    }));
  }
  const auto begin = steady_clock::now();
  int rounds = 0, numbered = 0;
  for (int now = kNumberedAtOnce; now >= kNumberedAtOnce; ++rounds) {
    now = *NumberPending(session, SystemClock());
    numbered += now;
  }
  std::printf("numbering %d waiting sets in %d rounds: %.1f ms\n", numbered, rounds, SecondsSince(begin) * 1000);
}

void TimeLoad(const db::Options& options) {
  db::Session session(options);
  std::vector<Version> chunk;
  for (int i = 0; i < kResources; ++i) {
    chunk.push_back(NewProject(std::string(900, 'x')));
    if (chunk.size() < kMaxRowsPerTransaction) continue;
    Require(db::RunTransaction(session, steady_clock::now() + std::chrono::seconds(30), [&](db::Session& tx) {
      return Write(tx, Uuid::New(SystemClock()), {"office", "", "m", ""}, SystemClock().Now(), chunk);
    }));
    chunk.clear();
  }
  while (*NumberPending(session, SystemClock()) > 0) continue;
  for (int round = 0; round < kRounds; ++round) {
    size_t brought = 0;
    Engine engine(
        {options, &SystemClock(), [&](const std::vector<Change>& changes) { brought += changes.size(); }, {}});
    const auto begin = steady_clock::now();
    Require(engine.Load(session));
    std::printf("load of %zu newest versions: %.2f s\n", brought, SecondsSince(begin));
  }
  const auto begin = steady_clock::now();
  size_t followed = 0;
  for (int64_t after = 0;;) {
    const auto changes = ReadFeed(session, after, 2000);
    Require(changes.status());
    if (changes->empty()) break;
    after = changes->back().sequence;
    followed += changes->size();
  }
  std::printf("reading %zu changes of the feed: %.2f s\n", followed, SecondsSince(begin));
  const auto verify = steady_clock::now();
  const auto verified = VerifyChain(session, 1);
  Require(verified.status());
  std::printf("verifying %ld changes: %.2f s\n", static_cast<long>(verified->verified), SecondsSince(verify));
}

}  // namespace

int Measure() {
  const db::Options& options = testing::TestDatabase(Migrations());
  CompareWrites(options);
  TimeNumbering(options);
  TimeLoad(options);
  return 0;
}

}  // namespace yaoshi::feed

int main() {
  return yaoshi::feed::Measure();
}

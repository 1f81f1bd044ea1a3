// One connection to a MySQL-protocol database with its prepared statements. Wraps Connector/C++ 1.1, whose
// exceptions, silent commits and stale statements end here. Not thread-safe: a worker owns one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/calendar/clock.h"
#include "common/calendar/date.h"
#include "common/ids/uuid.h"

namespace yaoshi::db {

class StatementWatch;

// Where the database is and how long to wait for it.
struct Options {
  std::string socket;  // Path of a Unix socket; wins over host and port.
  std::string host = "127.0.0.1";
  int port = 3306;
  std::string user;
  std::string password;
  std::string schema;
  int connect_timeout_seconds = 2;
  int read_timeout_seconds = 15;          // Longer than any statement may take.
  int statement_timeout_seconds = 10;     // The server ends a longer statement; 0: never.
  std::shared_ptr<StatementWatch> watch;  // Told of every statement; may be null.
};

// A value to bind. Dates and times are bound as SQL text, ids as 16 bytes.
class Value {
 public:
  Value(std::nullptr_t) {}                                       // NOLINT: values convert implicitly.
  Value(int64_t value) : value_(value) {}                        // NOLINT
  Value(int value) : value_(int64_t{value}) {}                   // NOLINT
  Value(bool value) : value_(int64_t{value}) {}                  // NOLINT
  Value(std::string value) : value_(std::move(value)) {}         // NOLINT
  Value(std::string_view value) : value_(std::string(value)) {}  // NOLINT
  Value(const char* value) : value_(std::string(value)) {}       // NOLINT
  Value(const Uuid& id) : value_(id.ToBytes()) {}                // NOLINT
  Value(Date date) : value_(date.ToString()) {}                  // NOLINT
  Value(Timestamp time) : value_(time.ToSql()) {}                // NOLINT
  const std::variant<std::monostate, int64_t, std::string>& get() const { return value_; }

 private:
  std::variant<std::monostate, int64_t, std::string> value_;
};
using Values = std::vector<Value>;

// The rows of one SELECT, buffered: they stay readable whatever the session does next. Columns count from 1.
class Rows {
 public:
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;

  bool Next();
  bool IsNull(int column) const;
  int64_t Int(int column) const;       // 0 for NULL.
  std::string Text(int column) const;  // Text or bytes; "" for NULL.
  Uuid Id(int column) const;           // A BINARY(16) column; nil for NULL.
  Date Day(int column) const;          // A DATE column; 1970-01-01 for NULL.
  Timestamp Time(int column) const;    // A DATETIME(6) column; 1970 for NULL.

 private:
  friend class Session;
  struct State;
  explicit Rows(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Called once in main before any thread starts: the driver's own start races with itself.
void InitDriver();

// Every thread that uses sessions holds one from its start to its end.
class ThreadScope {
 public:
  ThreadScope();
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;
};

class Session {
 public:
  // Connects at the first use, and again after the connection broke.
  explicit Session(Options options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Runs a SELECT. `sql` is prepared once per connection; the least recently used of 64 statements gives way. Outside a
  // transaction, finding the connection gone (a restarted server) costs a new one and no error.
  absl::StatusOr<Rows> Query(std::string_view sql, const Values& values = {});
  // Runs an INSERT, UPDATE or DELETE; returns how many rows matched.
  absl::StatusOr<int64_t> Execute(std::string_view sql, const Values& values = {});
  // Runs SQL text that takes no values and gives no rows: START TRANSACTION, COMMIT, ROLLBACK, DDL. A transaction does
  // not start within another: INTERNAL.
  absl::Status Run(std::string_view sql);

  // True between a successful START TRANSACTION and its end.
  bool in_transaction() const { return in_transaction_; }
  // From now on the server ends statements at `deadline`, too, which is DEADLINE_EXCEEDED; kNoDeadline: no more. See
  // DeadlineScope.
  static constexpr auto kNoDeadline = std::chrono::steady_clock::time_point::max();
  void SetDeadline(std::chrono::steady_clock::time_point deadline) { deadline_ = deadline; }
  // Drops the connection; the next use connects anew. Within a transaction every further statement fails until
  // ROLLBACK: half a transaction must not go on in another connection.
  void Disconnect();

 private:
  struct State;
  absl::Status EnsureConnected();
  absl::Status Connect();
  void LimitStatement();
  template <class F>
  auto Guard(std::string_view sql, F f) -> decltype(f());
  template <class F>
  auto GuardTwice(std::string_view sql, F f) -> decltype(f());

  Options options_;
  std::unique_ptr<State> state_;
  bool in_transaction_ = false;
  int lost_code_ = 0;  // Not 0: the error that took the open transaction away.
  std::chrono::steady_clock::time_point deadline_ = kNoDeadline;
};

// Reads that nobody waits for any more end: within the scope, the session's statements stop at the deadline.
class DeadlineScope {
 public:
  DeadlineScope(Session& session, std::chrono::steady_clock::time_point deadline) : session_(session) {
    session_.SetDeadline(deadline);
  }
  ~DeadlineScope() { session_.SetDeadline(Session::kNoDeadline); }
  DeadlineScope(const DeadlineScope&) = delete;
  DeadlineScope& operator=(const DeadlineScope&) = delete;

 private:
  Session& session_;
};

// "(?,?,?),(?,?,?)": `rows` groups of `columns` placeholders, for multi-row INSERTs.
std::string Placeholders(size_t rows, size_t columns);

}  // namespace yaoshi::db

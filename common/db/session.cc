#include "common/db/session.h"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>
#include <fmt/format.h>
#include <mysql_driver.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <list>
#include <unordered_map>

#include "common/db/status.h"
#include "common/db/watch.h"
#include "common/status/status.h"

namespace yaoshi::db {
namespace {

constexpr size_t kMaxStatements = 64;  // max_prepared_stmt_count (16 382) ÷ workers ÷ replicas leaves room for more.

// A connection that was gone before is found so at once; what ran for longer was hit while it ran, and is not repeated.
constexpr std::chrono::milliseconds kQuickly{100};
constexpr std::array kConnectionGone = {2006, 2013, 2055, 1927};
constexpr std::array kStatementTooLong = {1969, 3024};  // MariaDB; MySQL and TiDB.
constexpr int kUnknownVariable = 1193;

// One prepared statement: the connector frees it at the server when it is deleted. Rows share it: the connector's
// results read from their statement, and that from its connection.
struct Statement {
  std::string sql;
  std::shared_ptr<sql::PreparedStatement> prepared;
};

// Sessions behave alike on every server; a variable that a server does not know is left out.
constexpr const char* kSetup[] = {
    "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
    "SET SESSION time_zone = '+00:00'",
    "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO'",
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION innodb_lock_wait_timeout = 5",
};

void Bind(sql::PreparedStatement& statement, const Values& values) {
  int index = 0;
  for (const Value& value : values) {
    ++index;
    if (const auto* number = std::get_if<int64_t>(&value.get())) {
      statement.setInt64(index, *number);
    } else if (const auto* text = std::get_if<std::string>(&value.get())) {
      statement.setString(index, *text);
    } else {
      statement.setNull(index, 0);
    }
  }
}

absl::Status DeadlineExceeded() {
  return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
               "The deadline passed before the database had answered; ask for less, or allow more time.");
}

const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <class T>
const absl::Status& StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

// Tells the watch how long a statement took, however it ended.
class Timed {
 public:
  Timed(StatementWatch* watch, std::string_view sql) : watch_(watch), sql_(sql) {}
  ~Timed() {
    using std::chrono::microseconds;
    if (watch_ == nullptr) return;
    watch_->Took(sql_, std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - begin_));
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  StatementWatch* const watch_;
  const std::string_view sql_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

// In this order: the result goes first, then its statement, then its connection.
struct Rows::State {
  std::shared_ptr<sql::Connection> connection;
  std::shared_ptr<sql::PreparedStatement> statement;
  std::unique_ptr<sql::ResultSet> result;
};

Rows::Rows(std::unique_ptr<State> state) : state_(std::move(state)) {}
Rows::~Rows() = default;
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&&) noexcept = default;

bool Rows::Next() {
  return state_->result->next();
}
bool Rows::IsNull(int column) const {
  return state_->result->isNull(static_cast<uint32_t>(column));
}
int64_t Rows::Int(int column) const {
  return state_->result->getInt64(static_cast<uint32_t>(column));
}
std::string Rows::Text(int column) const {
  if (IsNull(column)) return "";
  return state_->result->getString(static_cast<uint32_t>(column)).asStdString();
}
Uuid Rows::Id(int column) const {
  return Uuid::FromBytes(Text(column)).value_or(Uuid());
}
Date Rows::Day(int column) const {
  return Date::Parse(Text(column).substr(0, 10)).value_or(Date());
}
Timestamp Rows::Time(int column) const {
  return Timestamp::FromSql(Text(column)).value_or(Timestamp());
}

void InitDriver() {
  sql::mysql::get_driver_instance();
}

ThreadScope::ThreadScope() {
  sql::mysql::get_driver_instance()->threadInit();
}
ThreadScope::~ThreadScope() {
  sql::mysql::get_driver_instance()->threadEnd();
}

struct Session::State {
  std::shared_ptr<sql::Connection> connection;
  int64_t limit_ms = 0;  // The statement timeout that the server has now.
  // MariaDB counts seconds, MySQL and TiDB milliseconds under another name; a server that knows neither has no limit.
  enum class LimitKind { kNone, kSeconds, kMilliseconds } limit_kind = LimitKind::kNone;
  // Most recently used first. Declared after the connection: statements go before it.
  std::list<Statement> statements;
  std::unordered_map<std::string_view, std::list<Statement>::iterator> by_sql;

  void Limit(int64_t ms) {
    limit_ms = ms;
    std::unique_ptr<sql::Statement> statement(connection->createStatement());
    statement->execute(limit_kind == LimitKind::kSeconds
                           ? fmt::format("SET SESSION max_statement_time = {}.{:03}", ms / 1000, ms % 1000)
                           : fmt::format("SET SESSION max_execution_time = {}", ms));
  }

  // Learns which variable there is.
  void LimitFirst(int64_t ms) {
    for (const LimitKind kind : {LimitKind::kSeconds, LimitKind::kMilliseconds}) {
      limit_kind = kind;
      try {
        return Limit(ms);
      } catch (const sql::SQLException& error) {
        if (error.getErrorCode() != kUnknownVariable) throw;
      }
    }
    limit_kind = LimitKind::kNone;
  }

  std::shared_ptr<sql::PreparedStatement> Prepare(std::string_view sql) {
    if (const auto found = by_sql.find(sql); found != by_sql.end()) {
      statements.splice(statements.begin(), statements, found->second);
      std::shared_ptr<sql::PreparedStatement>& kept = statements.front().prepared;
      // Rows of an earlier run are still read: running it again would change them.
      if (kept.use_count() > 1) kept.reset(connection->prepareStatement(std::string(sql)));
      return kept;
    }
    std::shared_ptr<sql::PreparedStatement> prepared(connection->prepareStatement(std::string(sql)));
    if (statements.size() >= kMaxStatements) {
      by_sql.erase(statements.back().sql);
      statements.pop_back();
    }
    statements.push_front({std::string(sql), std::move(prepared)});
    by_sql.emplace(statements.front().sql, statements.begin());
    return statements.front().prepared;
  }
};

Session::Session(Options options) : options_(std::move(options)), state_(std::make_unique<State>()) {}
Session::~Session() = default;

void Session::Disconnect() {
  state_ = std::make_unique<State>();
  if (in_transaction_) lost_code_ = 2013;
}

// Before each statement: a round trip only when the limit is another than that of the statement before. Time left is
// rounded up to a power of two milliseconds, so that reads with like deadlines have one limit.
void Session::LimitStatement() {
  if (state_->limit_kind == State::LimitKind::kNone) return;
  int64_t ms = int64_t{options_.statement_timeout_seconds} * 1000;
  if (deadline_ != kNoDeadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    const auto rounded = static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(std::max<int64_t>(1, left.count()))));
    ms = ms == 0 ? rounded : std::min(ms, rounded);
  }
  if (ms != state_->limit_ms) state_->Limit(ms);
}

// Runs `f`, turning the connector's exceptions into statuses. After an error that broke the connection it is dropped.
template <class F>
auto Session::Guard(std::string_view sql, F f) -> decltype(f()) {
  if (absl::Status connected = EnsureConnected(); !connected.ok()) return connected;
  const Timed timed(options_.watch.get(), sql);
  try {
    LimitStatement();
    return f();
  } catch (const sql::SQLException& error) {
    const bool too_long =
        std::find(kStatementTooLong.begin(), kStatementTooLong.end(), error.getErrorCode()) != kStatementTooLong.end();
    if (too_long && deadline_ != kNoDeadline && !in_transaction_) return DeadlineExceeded();
    absl::Status status = DatabaseError(error.getErrorCode(), sql.substr(0, sql.find(' ')));
    const Failure failure = FailureOf(status);
    if (failure == Failure::kUnknown || failure == Failure::kUnavailable) Disconnect();
    // A deadlock's victim has no transaction any more: its next statement would be committed by itself.
    if (failure == Failure::kRetry && in_transaction_) lost_code_ = error.getErrorCode();
    return status;
  } catch (const std::exception&) {
    Disconnect();
    return DatabaseError(0, sql.substr(0, sql.find(' ')));
  }
}

// As Guard, for what is harmless to repeat: the server may have been restarted, or have closed an idle connection.
template <class F>
auto Session::GuardTwice(std::string_view sql, F f) -> decltype(f()) {
  const bool fresh = state_->connection == nullptr;
  const auto begin = std::chrono::steady_clock::now();
  auto result = Guard(sql, f);
  if (fresh || in_transaction_ || std::chrono::steady_clock::now() - begin > kQuickly) return result;
  const int code = CodeOf(StatusOf(result));
  if (std::find(kConnectionGone.begin(), kConnectionGone.end(), code) == kConnectionGone.end()) return result;
  return Guard(sql, f);
}

absl::Status Session::EnsureConnected() {
  if (lost_code_ != 0) return DatabaseError(lost_code_, "TRANSACTION");
  if (state_->connection) return absl::OkStatus();
  try {
    return Connect();
  } catch (const sql::SQLException& error) {
    Disconnect();
    const int code = error.getErrorCode();
    // Whatever hinders a connection, nothing was written.
    return DatabaseError(Classify(code) == Failure::kUnavailable ? code : 2002, "CONNECT");
  } catch (const std::exception&) {
    Disconnect();
    return DatabaseError(2002, "CONNECT");
  }
}

absl::Status Session::Connect() {
  sql::ConnectOptionsMap map;
  const std::string host = options_.socket.empty() ? "tcp://" + options_.host + ":" + std::to_string(options_.port)
                                                   : "unix://" + options_.socket;
  map["hostName"] = sql::SQLString(host);
  map["userName"] = sql::SQLString(options_.user);
  map["password"] = sql::SQLString(options_.password);
  if (!options_.schema.empty()) map["schema"] = sql::SQLString(options_.schema);
  map["CLIENT_FOUND_ROWS"] = true;
  map["OPT_CONNECT_TIMEOUT"] = options_.connect_timeout_seconds;
  map["OPT_READ_TIMEOUT"] = options_.read_timeout_seconds;
  map["OPT_WRITE_TIMEOUT"] = options_.read_timeout_seconds;
  map["OPT_CHARSET_NAME"] = sql::SQLString("utf8mb4");
  state_->connection.reset(sql::mysql::get_driver_instance()->connect(map));
  std::unique_ptr<sql::Statement> statement(state_->connection->createStatement());
  for (const char* setup : kSetup) statement->execute(setup);
  state_->LimitFirst(int64_t{options_.statement_timeout_seconds} * 1000);
  return absl::OkStatus();
}

absl::StatusOr<Rows> Session::Query(std::string_view sql, const Values& values) {
  return GuardTwice(sql, [&]() -> absl::StatusOr<Rows> {
    auto state = std::make_unique<Rows::State>();
    state->connection = state_->connection;
    state->statement = state_->Prepare(sql);
    Bind(*state->statement, values);
    state->result.reset(state->statement->executeQuery());
    return Rows(std::move(state));
  });
}

absl::StatusOr<int64_t> Session::Execute(std::string_view sql, const Values& values) {
  return Guard(sql, [&]() -> absl::StatusOr<int64_t> {
    const std::shared_ptr<sql::PreparedStatement> statement = state_->Prepare(sql);
    Bind(*statement, values);
    return int64_t{statement->executeUpdate()};
  });
}

absl::Status Session::Run(std::string_view sql) {
  const auto run = [&]() -> absl::Status {
    std::unique_ptr<sql::Statement> statement(state_->connection->createStatement());
    statement->execute(std::string(sql));
    return absl::OkStatus();
  };
  if (sql == "START TRANSACTION") {
    // The server would commit the one that is open.
    if (in_transaction_) return DatabaseError(0, "START TRANSACTION within a transaction");
    const absl::Status started = GuardTwice(sql, run);
    in_transaction_ = started.ok();
    return started;
  }
  if (sql == "ROLLBACK") {
    in_transaction_ = false;
    lost_code_ = 0;
    if (!state_->connection) return absl::OkStatus();  // The server has rolled it back by itself.
  }
  const absl::Status status = Guard(sql, run);
  if (sql == "COMMIT") {
    in_transaction_ = false;
    lost_code_ = 0;
  }
  return status;
}

std::string Placeholders(size_t rows, size_t columns) {
  std::string group = "(";
  for (size_t i = 0; i < columns; ++i) group += i == 0 ? "?" : ",?";
  group += ')';
  std::string all;
  all.reserve(rows * (group.size() + 1));
  for (size_t i = 0; i < rows; ++i) {
    if (i > 0) all += ',';
    all += group;
  }
  return all;
}

}  // namespace yaoshi::db

#include "common/db/write.h"

#include <algorithm>
#include <random>
#include <thread>

#include "common/db/failpoint.h"
#include "common/db/status.h"
#include "common/status/status.h"

namespace yaoshi::db {
namespace {

using std::chrono::steady_clock;

constexpr int kMaxAttempts = 5;

constexpr std::string_view kInsertKey =
    "INSERT INTO idempotency (scope, idem_key, request_hash, reply, created_at) VALUES (?, ?, ?, '', ?)";
constexpr std::string_view kSelectKey = "SELECT request_hash, reply FROM idempotency WHERE scope = ? AND idem_key = ?";
constexpr std::string_view kStoreReply = "UPDATE idempotency SET reply = ? WHERE scope = ? AND idem_key = ?";
constexpr std::string_view kPurge = "DELETE FROM idempotency WHERE created_at < ? ORDER BY created_at LIMIT ?";

// Sleeps 5·2^attempt ms with jitter, outside any transaction. False when the deadline comes first.
bool BackOff(int attempt, steady_clock::time_point deadline) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int base = 5 << attempt;
  const auto pause = std::chrono::milliseconds(base / 2 + std::uniform_int_distribution<int>(0, base)(random));
  if (steady_clock::now() + pause >= deadline) return false;
  std::this_thread::sleep_for(pause);
  return true;
}

enum class Outcome { kDone, kFailed, kAgain, kUnknown };

struct Attempt {
  Outcome outcome = Outcome::kDone;
  absl::Status status;
};

Attempt Failed(absl::Status status, bool before_commit) {
  const Failure failure = FailureOf(status);
  // A connection lost before COMMIT was sent took its transaction along.
  const bool again = failure == Failure::kRetry || (before_commit && failure == Failure::kUnknown);
  return {again ? Outcome::kAgain : Outcome::kFailed, std::move(status)};
}

Attempt TryOnce(Session& session, const std::function<absl::Status(Session&)>& body) {
  if (absl::Status started = session.Run("START TRANSACTION"); !started.ok()) return Failed(started, true);
  if (absl::Status done = body(session); !done.ok()) {
    session.Run("ROLLBACK").IgnoreError();  // A lost connection rolls back by itself; the body's error is the news.
    return Failed(done, true);
  }
  Failpoint("before_commit");
  absl::Status committed = session.Run("COMMIT");
  Failpoint("after_commit");
  if (committed.ok()) return {};
  session.Disconnect();
  session.Run("ROLLBACK").IgnoreError();
  if (FailureOf(committed) == Failure::kRetry) return {Outcome::kAgain, committed};
  return {Outcome::kUnknown, committed};
}

absl::Status TooLate(const absl::Status& last) {
  if (FailureOf(last) == Failure::kUnavailable || FailureOf(last) == Failure::kUnknown) return last;
  return Error(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
               "The deadline passed before the write was done; send it again with the same request_id.");
}

// Repeats TryOnce; `resolve` decides after an unknown outcome whether the write is there.
absl::Status Repeat(Session& session, steady_clock::time_point deadline,
                    const std::function<absl::Status(Session&)>& body,
                    const std::function<absl::StatusOr<bool>()>& resolve) {
  absl::Status last;
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    if (attempt > 0 ? !BackOff(attempt, deadline) : steady_clock::now() >= deadline) return TooLate(last);
    const Attempt result = TryOnce(session, body);
    if (result.outcome == Outcome::kDone) return absl::OkStatus();
    if (result.outcome == Outcome::kFailed) return result.status;
    last = result.status;
    if (result.outcome == Outcome::kUnknown) {
      const absl::StatusOr<bool> there = resolve();
      if (!there.ok()) return last;
      if (*there) return absl::OkStatus();
    }
  }
  return last;
}

// The reply stored under the identity, if any.
absl::StatusOr<bool> FindReply(Session& session, const WriteIdentity& identity, std::string& reply) {
  ASSIGN_OR_RETURN(Rows rows, session.Query(kSelectKey, {identity.scope, identity.key}));
  if (!rows.Next()) return false;
  if (rows.Text(1) != identity.hash) {
    return Error(absl::StatusCode::kInvalidArgument, "REQUEST_ID_REUSED",
                 "This request_id was used for another request; make a new UUID for each new request.");
  }
  reply = rows.Text(2);
  return true;
}

}  // namespace

absl::StatusOr<WriteResult> RunWrite(Session& session, const WriteIdentity& identity, Timestamp now,
                                     steady_clock::time_point deadline,
                                     const std::function<absl::StatusOr<std::string>(Session&)>& body) {
  WriteResult result;
  const absl::Status status = Repeat(
      session, deadline,
      [&](Session& tx) -> absl::Status {
        const auto inserted = tx.Execute(kInsertKey, {identity.scope, identity.key, identity.hash, now});
        if (FailureOf(inserted.status()) == Failure::kDuplicate) {
          ASSIGN_OR_RETURN(result.replayed, FindReply(tx, identity, result.reply));
          return result.replayed ? absl::OkStatus() : DatabaseError(1213, "INSERT");
        }
        RETURN_IF_ERROR(inserted.status());
        ASSIGN_OR_RETURN(result.reply, body(tx));
        return tx.Execute(kStoreReply, {result.reply, identity.scope, identity.key}).status();
      },
      [&] { return FindReply(session, identity, result.reply); });
  RETURN_IF_ERROR(status);
  return result;
}

absl::StatusOr<std::optional<std::string>> FindWrite(Session& session, const WriteIdentity& identity) {
  std::string reply;
  ASSIGN_OR_RETURN(const bool there, FindReply(session, identity, reply));
  return there ? std::optional<std::string>(std::move(reply)) : std::nullopt;
}

absl::Status RunTransaction(Session& session, steady_clock::time_point deadline,
                            const std::function<absl::Status(Session&)>& body) {
  return Repeat(session, deadline, body, [] { return false; });
}

absl::StatusOr<int64_t> PurgeIdempotency(Session& session, Timestamp before, int limit) {
  return session.Execute(kPurge, {before, limit});
}

}  // namespace yaoshi::db

// One write, done once: the transaction runner with replay by request_id, retry of what was surely rolled back, and the
// look-up after a COMMIT of unknown outcome.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/db/session.h"

namespace yaoshi::db {

// What makes two requests the same request.
struct WriteIdentity {
  std::string scope;  // 32 bytes: SHA-256 of account and method.
  std::string key;    // The request_id.
  std::string hash;   // 32 bytes: SHA-256 of the request.
};

struct WriteResult {
  std::string reply;
  bool replayed = false;  // The reply is that of an earlier attempt; nothing was written now.
};

// Runs `body` in a transaction whose first row is the idempotency row and whose last statement stores the reply. `body`
// may run several times and must have no effect but on the session; it returns the serialised reply.
// Errors: those of `body`; REQUEST_ID_REUSED when the key was used with another request; WRITE_CONFLICT when five
// attempts were rolled back; DEADLINE_EXCEEDED; DATABASE_UNAVAILABLE.
absl::StatusOr<WriteResult> RunWrite(Session& session, const WriteIdentity& identity, Timestamp now,
                                     std::chrono::steady_clock::time_point deadline,
                                     const std::function<absl::StatusOr<std::string>(Session&)>& body);

// The reply of an earlier, finished attempt; nullopt when there was none. REQUEST_ID_REUSED.
absl::StatusOr<std::optional<std::string>> FindWrite(Session& session, const WriteIdentity& identity);

// Runs `body` in a transaction without an idempotency row, for work that is harmless to repeat. Same retries.
absl::Status RunTransaction(Session& session, std::chrono::steady_clock::time_point deadline,
                            const std::function<absl::Status(Session&)>& body);

// Forgets idempotency rows older than `before`, at most `limit`; returns how many.
absl::StatusOr<int64_t> PurgeIdempotency(Session& session, Timestamp before, int limit);

}  // namespace yaoshi::db

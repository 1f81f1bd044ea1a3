// What a database error means, and what may be done about it (the classes of the design's fault catalogue).
#pragma once

#include <string>

#include "absl/status/status.h"

namespace yaoshi::db {

enum class Failure {
  kNone,         // No database error.
  kRetry,        // The transaction was rolled back for sure: run it again.
  kUnavailable,  // The server is not usable; nothing was written: try later.
  kUnknown,      // The connection broke: a COMMIT may or may not have happened.
  kDuplicate,    // A unique key exists already.
  kCapacity,     // Disk, packet or transaction too large: no retry.
  kLogical,      // A value does not fit its column: a bug or bad input that slipped through.
  kOther,        // Anything else: no retry.
};

// The class of a MySQL error code, as Connector/C++ reports it.
Failure Classify(int code);

// A status for a MySQL error. The text for callers names no SQL and no value; the code is kept for Transact and the
// log.
absl::Status DatabaseError(int code, std::string_view statement);

// The class of a status made by DatabaseError; kNone for any other.
Failure FailureOf(const absl::Status& status);

// The MySQL error code of a status made by DatabaseError; 0 for any other.
int CodeOf(const absl::Status& status);

}  // namespace yaoshi::db

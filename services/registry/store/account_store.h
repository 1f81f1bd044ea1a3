// Password hashes of local accounts. They never enter a version, the feed or an answer.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "common/calendar/clock.h"
#include "common/db/session.h"

namespace yaoshi::registry {

// Sets the hash of an account ("accounts/{id}"), within the caller's transaction.
absl::Status SavePasswordHash(db::Session& tx, const std::string& account, const std::string& hash, Timestamp now);

// "" when the account has none.
absl::StatusOr<std::string> LoadPasswordHash(db::Session& session, const std::string& account);

// When the password was last set; the beginning of time when the account has none.
absl::StatusOr<Timestamp> LoadPasswordTime(db::Session& session, const std::string& account);

// Whether any account has a password: false in a new installation.
absl::StatusOr<bool> AnyAccountExists(db::Session& session);

}  // namespace yaoshi::registry

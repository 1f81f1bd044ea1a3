#include "services/registry/store/account_store.h"

#include "common/status/status.h"

namespace yaoshi::registry {
namespace {

constexpr std::string_view kSaveHash =
    "INSERT INTO account_secret (account, password_hash, changed_at) VALUES (?, ?, ?) "
    "ON DUPLICATE KEY UPDATE password_hash = VALUES(password_hash), changed_at = VALUES(changed_at)";
constexpr std::string_view kLoadHash = "SELECT password_hash FROM account_secret WHERE account = ?";
constexpr std::string_view kChangedAt = "SELECT changed_at FROM account_secret WHERE account = ?";
constexpr std::string_view kAnyAccount = "SELECT account FROM account_secret LIMIT 1";

}  // namespace

absl::Status SavePasswordHash(db::Session& tx, const std::string& account, const std::string& hash, Timestamp now) {
  return tx.Execute(kSaveHash, {account, hash, now}).status();
}

absl::StatusOr<std::string> LoadPasswordHash(db::Session& session, const std::string& account) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kLoadHash, {account}));
  return rows.Next() ? rows.Text(1) : std::string();
}

absl::StatusOr<Timestamp> LoadPasswordTime(db::Session& session, const std::string& account) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kChangedAt, {account}));
  return rows.Next() ? rows.Time(1) : Timestamp();
}

absl::StatusOr<bool> AnyAccountExists(db::Session& session) {
  ASSIGN_OR_RETURN(db::Rows rows, session.Query(kAnyAccount));
  return rows.Next();
}

}  // namespace yaoshi::registry

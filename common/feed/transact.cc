#include "common/feed/transact.h"

#include <fmt/format.h>

#include "common/db/status.h"
#include "common/db/write.h"

namespace yaoshi::feed {
namespace {

// The idempotency row keeps the change set's id before the reply, so that a repeated request gets its token, too.
constexpr size_t kTokenBytes = Uuid::kBytes;

db::WriteIdentity IdentityOf(const rpc::Call& call, const WriteOptions& options) {
  return {Sha256(call.principal().account + "\n" + call.method()), call.request_id(),
          options.request_hash.empty() ? call.request_hash() : options.request_hash};
}

// Takes the token off what an attempt returned and gives it to the call.
absl::StatusOr<std::string> Unpack(rpc::Call& call, const std::string& kept) {
  ASSIGN_OR_RETURN(const Uuid token, Uuid::FromBytes(std::string_view(kept).substr(0, kTokenBytes)));
  if (!token.nil()) call.set_consistency_token(token.ToString());
  return kept.substr(kTokenBytes);
}

// Returns the token, nil when nothing becomes true, and the reply.
absl::StatusOr<std::string> Attempt(db::Session& session, const rpc::Call& call, const Uuid& change_set,
                                    const WriteOptions& options,
                                    const std::function<absl::StatusOr<std::string>(Tx&)>& body) {
  Tx tx(session, call.now(), change_set);
  ASSIGN_OR_RETURN(std::string reply, body(tx));
  if (tx.versions().empty() || options.validate_only) return tx.token().ToBytes() + reply;
  const absl::Status written = Write(session, change_set, AuthorOf(call, options.reason), call.now(), tx.versions());
  if (!written.ok()) return ExplainConflict(session, tx.versions(), written);
  return tx.token().ToBytes() + reply;
}

}  // namespace

Author AuthorOf(const rpc::Call& call, std::string reason) {
  return {call.principal().account, call.origin(), call.method(), std::move(reason)};
}

absl::StatusOr<std::string> Writer::TransactBytes(rpc::Call& call, const WriteOptions& options,
                                                  const std::function<absl::StatusOr<std::string>(Tx&)>& body) {
  db::Session& session = call.session();
  const Uuid change_set = Uuid::New(SystemClock());
  if (options.validate_only) {
    RETURN_IF_ERROR(session.Run("START TRANSACTION"));
    const auto kept = Attempt(session, call, change_set, options, body);
    session.Run("ROLLBACK").IgnoreError();  // Nothing was to be written anyway.
    RETURN_IF_ERROR(kept.status());
    return kept->substr(kTokenBytes);
  }
  ASSIGN_OR_RETURN(const db::WriteResult result,
                   db::RunWrite(session, IdentityOf(call, options), call.now(), call.deadline(),
                                [&](db::Session& tx) { return Attempt(tx, call, change_set, options, body); }));
  engine_.Kick();
  return Unpack(call, result.reply);
}

absl::StatusOr<std::optional<std::string>> Writer::ReplayBytes(rpc::Call& call) {
  ASSIGN_OR_RETURN(const std::optional<std::string> kept, db::FindWrite(call.session(), IdentityOf(call, {})));
  if (!kept) return std::optional<std::string>();
  ASSIGN_OR_RETURN(std::string reply, Unpack(call, *kept));
  return std::optional<std::string>(std::move(reply));
}

absl::Status Tx::CommitStagedSet(const Uuid& staged) {
  ASSIGN_OR_RETURN(const bool changed, CommitStaged(session_, staged));
  if (changed) staged_ = staged;
  return absl::OkStatus();
}

absl::Status EtagMismatch(std::string_view name, int64_t current) {
  return Error(absl::StatusCode::kAborted, "ETAG_MISMATCH",
               fmt::format("{} was changed by somebody else; read it again (etag \"{}\"), then repeat your change.",
                           name, current),
               {{"resource", std::string(name)}, {"etag", fmt::format("{}", current)}});
}

absl::Status ExplainConflict(db::Session& session, const std::vector<Version>& versions, absl::Status status) {
  if (db::FailureOf(status) != db::Failure::kDuplicate) return status;
  for (const Version& version : versions) {
    ASSIGN_OR_RETURN(const bool staged, IsStaged(session, version.id));
    if (staged) {
      return WithRetryAfter(
          Error(
              absl::StatusCode::kAborted, "CHANGE_IN_PROGRESS",
              fmt::format("{} is part of a larger change that is under way; try again when it is done.", version.name),
              {{"resource", version.name}}),
          std::chrono::seconds(5));
    }
    const auto latest = LoadLatest(session, version.id);
    if (latest.ok() && latest->version >= version.version) return EtagMismatch(version.name, latest->version);
  }
  return db::DatabaseError(1213, "INSERT");  // The other writer is not done yet, or has given up: try again.
}

}  // namespace yaoshi::feed

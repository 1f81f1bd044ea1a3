// Copies of registry's resources: versions of this service's own feed, beside columns for SQL with registry's record
// time, and the place in registry's feed up to which they were taken (ADR 0007).
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/session.h"
#include "common/feed/transact.h"
#include "services/preapproval/domain/copies.h"
#include "yaoshi/common/v1/change_feed.pb.h"

namespace yaoshi::preapproval {

// The types of registry that are copied; a copy's type is "<type>_copy", its name and version are registry's.
std::vector<std::string> CopiedTypes();

// The id of a copy: "project_copy", "projects/{uuid}".
Uuid CopyId(std::string_view copy_type, std::string_view name);

// Up to where registry's feed was copied.
struct CopyCursor {
  int64_t sequence = 0;
  Timestamp known_until;  // The record time of the last change that was copied; 1970 before the first.
};
// Makes the cursor when there is none yet.
absl::StatusOr<CopyCursor> LoadCursor(db::Session& session);

// Called in the transaction that copies projects, with their new facts in the order in which registry learned them:
// what else has to follow is Put there. Facts of the past are left out: registry says again what they make of later
// ones.
using ProjectsCopied = std::function<absl::Status(feed::Tx& tx, std::span<const CopiedProject> projects)>;

// A transaction's most changes: each may be a version, its columns, and what follows it.
inline constexpr size_t kMaxCopiesPerTransaction = 200;

// Copies changes in order of sequence, at most kMaxCopiesPerTransaction, and moves the cursor from `from` to `to`, in
// one transaction. Versions that are there already stay. False when another replica moved the cursor: nothing was
// written.
absl::StatusOr<bool> SaveCopies(db::Session& session, Timestamp now, const CopyCursor& from, const CopyCursor& to,
                                std::span<const common::v1::Change> changes, const ProjectsCopied& copied);

}  // namespace yaoshi::preapproval

// The cases of a migration as its store keeps them, and the change set that made it true.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/db/session.h"
#include "common/ids/uuid.h"

namespace yaoshi::preapproval {

// A case that a migration moves, and the digest of what was previewed for it.
struct MigratedCase {
  static constexpr size_t kDigestBytes = 16;
  static constexpr size_t kPackedBytes = Uuid::kBytes + kDigestBytes;
  Uuid project;
  std::string digest;  // kDigestBytes bytes.
  friend bool operator==(const MigratedCase&, const MigratedCase&) = default;
};

std::string Pack(std::span<const MigratedCase> cases);
absl::StatusOr<std::vector<MigratedCase>> UnpackMigratedCases(std::string_view bytes);

// The set that made it true; nil before.
absl::StatusOr<Uuid> LoadAppliedSet(db::Session& session, const Uuid& id);
absl::Status SetAppliedSet(db::Session& tx, const Uuid& id, const Uuid& applied);

// The first of these projects whose case or procedures have a committed version behind a change set, if any.
absl::StatusOr<std::optional<Uuid>> FirstMovedSince(db::Session& session, const std::vector<Uuid>& projects,
                                                    const Uuid& change_set);

}  // namespace yaoshi::preapproval

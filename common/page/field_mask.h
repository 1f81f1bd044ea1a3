// Update masks (AIP-134, AIP-161): which fields of a resource an Update method replaces.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"

namespace yaoshi {

// Paths of one mask.
inline constexpr int kMaxMaskPaths = 100;

// The fields that `mask` and the request's resource `body` say to update, as paths that ApplyMask takes, none inside
// another.
//   no mask   the top-level fields that are set in the body (the implied mask),
//   "*"       all top-level fields, the unset ones too: a full replacement,
//   paths     those, each naming a field or a field of a singular sub-message ("contact.phone").
// Never among them: fields whose google.api.field_behavior is OUTPUT_ONLY, IMMUTABLE or IDENTIFIER, and "name" and
// "etag". A path that names one is refused; an implied mask and "*" leave them out (an immutable field that the body
// sets to something else is CheckImmutable's to refuse). INVALID_FIELDS with violations on "update_mask", all at once.
absl::StatusOr<std::vector<std::string>> ResolveMask(const google::protobuf::FieldMask& mask,
                                                     const google::protobuf::Message& body);

// Copies the fields at `paths`, which ResolveMask returned, from `from` to `to`: set ones replace, unset ones clear.
// Inside a replaced sub-message what callers may not write stays as it is in `to`. Both have one type.
void ApplyMask(const std::vector<std::string>& paths, const google::protobuf::Message& from,
               google::protobuf::Message& to);

// INVALID_FIELDS naming each IMMUTABLE field that `body` sets to something else than the stored `current` has; the
// paths begin with `prefix` ("project"). Fields that the body leaves unset are fine.
absl::Status CheckImmutable(const google::protobuf::Message& body, const google::protobuf::Message& current,
                            const std::string& prefix);

}  // namespace yaoshi

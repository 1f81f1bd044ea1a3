// Strict reading of a JSON body against the message it must become: what is wrong is said with its path, all at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/descriptor.h"

namespace yaoshi::gateway {

// Deeper nesting is refused; no message of ours is deeper than 10.
inline constexpr int kMaxJsonDepth = 64;
// More violations are not reported: a reader stops reading long before.
inline constexpr size_t kMaxViolations = 100;

struct JsonCheck {
  // OK, MALFORMED_JSON (not JSON at all, with line and column), or INVALID_FIELDS with every wrong place: unknown and
  // duplicate fields, wrong kinds of values, unknown enum values, numbers that the field cannot hold exactly.
  absl::Status status;
  // The leaves that the body sets, as proto paths ("title", "place.county"): what a PATCH without a mask changes.
  // Without `name`, `etag` and output-only fields, which a client sends back as it read them.
  std::vector<std::string> set_paths;
};

// `prefix` stands before every reported path: the body field's name, or "".
JsonCheck CheckJson(std::string_view json, const google::protobuf::Descriptor* type, std::string_view prefix);

}  // namespace yaoshi::gateway

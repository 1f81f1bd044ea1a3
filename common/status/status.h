// Errors as every service returns them: absl::Status inside, google.rpc.Status details on the wire (architecture §7).
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when `expr` is an error.
#define RETURN_IF_ERROR(expr)                           \
  do {                                                  \
    if (absl::Status status_ = (expr); !status_.ok()) { \
      return status_;                                   \
    }                                                   \
  } while (false)

// Declares `lhs` and moves the value of `expr` into it, or returns its error.
#define ASSIGN_OR_RETURN(lhs, expr) YAOSHI_ASSIGN_OR_RETURN_(YAOSHI_CONCAT_(or_, __LINE__), lhs, expr)
#define YAOSHI_ASSIGN_OR_RETURN_(or_value, lhs, expr)      \
  auto or_value = (expr);                                  \
  if (!or_value.ok()) return std::move(or_value).status(); \
  lhs = *std::move(or_value)
#define YAOSHI_CONCAT_(a, b) YAOSHI_CONCAT_INNER_(a, b)
#define YAOSHI_CONCAT_INNER_(a, b) a##b

namespace yaoshi {

// The domain of every ErrorInfo.
inline constexpr std::string_view kErrorDomain = "yaoshi";

// One wrong place of a request. `field` is its path ("project.region", "additions[3].project"); the description
// says what is wrong and what is allowed.
struct FieldViolation {
  std::string field;
  std::string description;
  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

// An error with exactly one ErrorInfo. `reason` is UPPER_SNAKE_CASE and stable; `message` tells the reader what to do
// next; `metadata` holds what a program needs ("etag", "limit").
absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message,
                   const std::map<std::string, std::string>& metadata = {});

// INVALID_ARGUMENT, reason INVALID_FIELDS, with a BadRequest that lists all violations. OK when there are none.
absl::Status InvalidFields(const std::vector<FieldViolation>& violations);

// The same under a reason of its own, where callers tell this error from others ("INVALID_FILTER"). OK when there are
// no violations.
absl::Status InvalidFields(std::string_view reason, const std::vector<FieldViolation>& violations);

// Adds RetryInfo: the caller may try the same request again after `delay`.
absl::Status WithRetryAfter(absl::Status status, std::chrono::milliseconds delay);

// Adds PreconditionFailure violations {type, subject, description}.
struct Precondition {
  std::string type;
  std::string subject;
  std::string description;
};
absl::Status WithPreconditions(absl::Status status, const std::vector<Precondition>& violations);

// Adds ResourceInfo.
absl::Status WithResource(absl::Status status, std::string_view type, std::string_view name);

// The reason of the status's ErrorInfo, or "" if it has none.
std::string ReasonOf(const absl::Status& status);
// The metadata value of the status's ErrorInfo, or "".
std::string MetadataOf(const absl::Status& status, std::string_view key);
// The field violations of the status's BadRequest.
std::vector<FieldViolation> ViolationsOf(const absl::Status& status);

// The serialised google.rpc.Status that travels in grpc-status-details-bin, and back.
std::string ToWire(const absl::Status& status);
absl::Status FromWire(int code, std::string_view message, std::string_view details);

}  // namespace yaoshi

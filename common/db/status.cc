#include "common/db/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <span>

#include "common/status/status.h"

namespace yaoshi::db {
namespace {

constexpr absl::string_view kPayload = "yaoshi/database";

constexpr std::array kRetry = {1213, 1205, 1020, 3101, 8002, 8005, 8022, 8028, 9007, 1637};
constexpr std::array kUnavailable = {2002, 2003, 2005, 1040, 1045, 1047, 1049, 1053, 1129, 1203, 1290, 1836};
constexpr std::array kUnknown = {2006, 2013, 2055, 1180, 1317, 1927, 1969, 3024};
constexpr std::array kCapacity = {1114, 1021, 1105, 1153, 8004, 28};
constexpr std::array kLogical = {1048, 1264, 1366, 1406, 1451, 1452, 3819, 4025};

bool In(std::span<const int> codes, int code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

Failure Classify(int code) {
  if (code == 1062) return Failure::kDuplicate;
  if (In(kRetry, code)) return Failure::kRetry;
  if (In(kUnavailable, code)) return Failure::kUnavailable;
  if (In(kUnknown, code)) return Failure::kUnknown;
  if (In(kCapacity, code)) return Failure::kCapacity;
  if (In(kLogical, code)) return Failure::kLogical;
  return Failure::kOther;
}

absl::Status DatabaseError(int code, std::string_view statement) {
  using std::chrono::milliseconds;
  absl::Status status;
  switch (Classify(code)) {
    case Failure::kRetry:
      status = WithRetryAfter(
          Error(absl::StatusCode::kAborted, "WRITE_CONFLICT", "Another write was faster; send the request again."),
          milliseconds(50));
      break;
    case Failure::kUnavailable:
    case Failure::kUnknown:
      status = WithRetryAfter(Error(absl::StatusCode::kUnavailable, "DATABASE_UNAVAILABLE",
                                    "The database does not answer; send the request again with the same request_id."),
                              milliseconds(1000));
      break;
    case Failure::kCapacity:
      status = WithRetryAfter(Error(absl::StatusCode::kResourceExhausted, "DATABASE_FULL",
                                    "The database has no room for this; nothing was written. Tell the operator."),
                              milliseconds(30000));
      break;
    default:
      status = Error(absl::StatusCode::kInternal, "INTERNAL", "Something went wrong here; nothing was written.");
  }
  status.SetPayload(kPayload, absl::Cord(fmt::format("{} {}", code, statement)));
  return status;
}

Failure FailureOf(const absl::Status& status) {
  return status.GetPayload(kPayload) ? Classify(CodeOf(status)) : Failure::kNone;
}

int CodeOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayload);
  return payload ? std::atoi(std::string(*payload).c_str()) : 0;
}

}  // namespace yaoshi::db

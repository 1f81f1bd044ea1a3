// What tests make of a status.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/status/status.h"

namespace yaoshi::testing {

// Nothing, or the end of the process with the error.
inline void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

// The answer, or the end of the process with the error.
template <class T>
T Must(absl::StatusOr<T> value) {
  Must(value.status());
  return *std::move(value);
}

// The error's reason, "OK" when there is none.
template <class T>
std::string ReasonOr(const absl::StatusOr<T>& result) {
  return result.ok() ? "OK" : ReasonOf(result.status());
}

// The fields of the violations, in order: "template.nodes[0].code template.basis".
inline std::string WrongFields(const absl::Status& status) {
  std::string fields;
  for (const FieldViolation& violation : ViolationsOf(status)) fields += (fields.empty() ? "" : " ") + violation.field;
  return fields;
}

}  // namespace yaoshi::testing

// A template as large as they come.
#pragma once

#include <fmt/format.h>

#include "services/preapproval/testing/reference_catalogue.h"

namespace yaoshi::bench {

inline constexpr int kProcedures = 30;

// The reference's 21 procedures and nine more that run beside them.
inline preapproval::Template ThirtyProcedures() {
  preapproval::Template subject = preapproval::ReferenceTemplate();
  for (int i = 0; static_cast<int>(subject.nodes.size()) < kProcedures; ++i) {
    const std::string before = i % 3 == 0 ? "P02" : fmt::format("P{}", 80 + i - 1);
    subject.nodes.push_back(preapproval::NodeOf(fmt::format("P{}", 80 + i), {before}, i % 3 == 2));
  }
  return subject;
}

}  // namespace yaoshi::bench

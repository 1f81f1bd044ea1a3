// Who may act for whom (委托): departments delegate codes for a period, in chains of at most three.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "common/calendar/date.h"

namespace yaoshi::preapproval {

// How many delegations may follow each other.
inline constexpr int kMaxDelegationChain = 3;

struct Delegation {
  std::string name;             // "delegations/{uuid}"
  std::string from_department;  // "organizations/{id}"
  std::string to_department;
  std::vector<std::string> codes;  // Empty: all.
  Date from_on, to_on;             // Both days included; nothing is delegated when to_on is before from_on.
  friend bool operator==(const Delegation&, const Delegation&) = default;
};

// Whether `actor` may make moves of `department` for `code` on a day: its own, or through a chain of delegations that
// all hold on that day for that code. When delegations were used, `trail` gets their names in order, otherwise nothing.
bool ActsFor(std::span<const Delegation> delegations, std::string_view actor, std::string_view department,
             std::string_view code, Date day, std::vector<std::string>* trail = nullptr);

// Whether `added` may join `others`: DELEGATION_CYCLE when for some day and code it would come back to who delegates,
// DELEGATION_CHAIN_TOO_LONG when more than kMaxDelegationChain would follow each other.
absl::Status CheckChain(std::span<const Delegation> others, const Delegation& added);

}  // namespace yaoshi::preapproval

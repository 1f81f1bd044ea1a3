#include "services/preapproval/domain/delegation.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "common/status/status.h"

namespace yaoshi::preapproval {
namespace {

// What a chain of delegations has in common.
struct Common {
  Date from_on, to_on;
  bool all_codes = true;
  std::vector<std::string> codes;  // When not all.
};

Common CommonOf(const Delegation& delegation) {
  return {delegation.from_on, delegation.to_on, delegation.codes.empty(), delegation.codes};
}

// What remains when one more link is added; nullopt when nothing does.
std::optional<Common> Meet(const Common& chain, const Delegation& link) {
  Common met = chain;
  met.from_on = std::max(chain.from_on, link.from_on);
  met.to_on = std::min(chain.to_on, link.to_on);
  if (met.from_on > met.to_on) return std::nullopt;
  if (link.codes.empty()) return met;
  if (chain.all_codes) {
    met.codes = link.codes;
  } else {
    std::erase_if(met.codes, [&](const std::string& code) {
      return std::find(link.codes.begin(), link.codes.end(), code) == link.codes.end();
    });
  }
  met.all_codes = false;
  return met.codes.empty() ? std::nullopt : std::optional<Common>(std::move(met));
}

// The chains through a new delegation. A chain that could go on for ever is a cycle and ends the search; the first
// link beyond kMaxDelegationChain ends it, too, so that it is bounded.
class Chains {
 public:
  Chains(std::span<const Delegation> others, const Delegation& added) : others_(others), added_(added) {}

  absl::Status Check() { return Extend(added_.from_department, added_.to_department, CommonOf(added_), 1); }

 private:
  // `first` … `last` are joined by `length` delegations.
  absl::Status Extend(const std::string& first, const std::string& last, const Common& common, int length) {
    if (first == last) return Cycle();
    if (length > kMaxDelegationChain) return TooLong();
    for (const Delegation& link : others_) {
      const bool before = link.to_department == first;
      if (!before && link.from_department != last) continue;
      const std::optional<Common> met = Meet(common, link);
      if (!met) continue;
      const absl::Status longer = before ? Extend(link.from_department, last, *met, length + 1)
                                         : Extend(first, link.to_department, *met, length + 1);
      if (!longer.ok()) return longer;
    }
    return absl::OkStatus();
  }

  absl::Status Cycle() const {
    return Error(absl::StatusCode::kFailedPrecondition, "DELEGATION_CYCLE",
                 fmt::format("{} would act for {} and the other way round; delegate to another department.",
                             added_.to_department, added_.from_department));
  }
  static absl::Status TooLong() {
    return Error(absl::StatusCode::kFailedPrecondition, "DELEGATION_CHAIN_TOO_LONG",
                 fmt::format("More than {} delegations would follow each other; delegate to who acts in the end.",
                             kMaxDelegationChain),
                 {{"limit", fmt::format("{}", kMaxDelegationChain)}});
  }

  std::span<const Delegation> others_;
  const Delegation& added_;
};

bool Holds(const Delegation& delegation, std::string_view code, Date day) {
  return delegation.from_on <= day && day <= delegation.to_on &&
         (delegation.codes.empty() ||
          std::find(delegation.codes.begin(), delegation.codes.end(), code) != delegation.codes.end());
}

bool Follow(std::span<const Delegation> delegations, std::string_view actor, std::string_view department,
            std::string_view code, Date day, std::vector<std::string>& names) {
  if (actor == department) return true;
  if (names.size() == static_cast<size_t>(kMaxDelegationChain)) return false;
  for (const Delegation& delegation : delegations) {
    if (delegation.from_department != department || !Holds(delegation, code, day)) continue;
    names.push_back(delegation.name);
    if (Follow(delegations, actor, delegation.to_department, code, day, names)) return true;
    names.pop_back();
  }
  return false;
}

}  // namespace

bool ActsFor(std::span<const Delegation> delegations, std::string_view actor, std::string_view department,
             std::string_view code, Date day, std::vector<std::string>* trail) {
  std::vector<std::string> names;
  const bool acts = Follow(delegations, actor, department, code, day, names);
  if (trail != nullptr) *trail = std::move(names);
  return acts;
}

absl::Status CheckChain(std::span<const Delegation> others, const Delegation& added) {
  if (added.from_on > added.to_on) return absl::OkStatus();
  return Chains(others, added).Check();
}

}  // namespace yaoshi::preapproval

// Completion rates (前期手续审批完成率, reference §1.2 R2.5): what counts, sums that are always at hand, and the same
// counted plainly from rows. Pure: departments and codes are numbers that the caller has given them, from 1 on.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/calendar/date.h"
#include "services/preapproval/domain/types.h"

namespace yaoshi::preapproval {

// The day that never comes: of an approval that holds as long as the project, of a procedure without a limit.
inline constexpr int32_t kNever = INT32_MAX;

// A required procedure that gates the start. What it adds to a rate depends on the day asked, nothing else.
struct RatedProcedure {
  uint32_t department = 0;
  uint32_t code = 0;
  ApprovalStage stage = ApprovalStage::kUnspecified;
  bool done = false;             // Approved or waived.
  int32_t valid_until = kNever;  // Days since 1970: the last day on which the approval holds.
  int32_t due_on = kNever;       // Days since 1970: the last day in time, of one that runs; an undone one that waits is
                                 // not late.

  bool CompletedOn(Date day) const { return done && day.days() <= valid_until; }
  bool OverdueOn(Date day) const { return !done && day.days() > due_on; }
  // The first day after `day` on which it counts differently without being moved; kNever when there is none.
  int32_t NextChange(Date day) const;
};

// One project of a list, with each code once.
struct RatedProject {
  uint32_t region = 0;  // The six-digit code as a number.
  std::vector<RatedProcedure> procedures;
  int32_t NextChange(Date day) const;
};

struct Rates {
  int64_t required = 0;
  int64_t completed = 0;
  int64_t projects = 0;        // With at least one required procedure.
  int64_t ready_projects = 0;  // Of these, with all of them completed.
  int64_t overdue = 0;
  Rates& operator+=(const Rates& other);
  Rates& operator-=(const Rates& other);
  friend bool operator==(const Rates&, const Rates&) = default;
};

// What rates are split by.
struct RateDimensions {
  bool region = false, department = false, stage = false, code = false;
};

struct RateRow {
  uint32_t region = 0;  // Each 0 unless it is split by.
  uint32_t department = 0;
  ApprovalStage stage = ApprovalStage::kUnspecified;
  uint32_t code = 0;
  Rates rates;
  friend bool operator==(const RateRow&, const RateRow&) = default;
};

// The rates of one list on one day. A change costs what one project's procedures cost, whatever the list's size; the
// total of a region costs one look-up.
class RateCube {
 public:
  // `day` must be the day with which it is removed again.
  void Add(const RatedProject& project, Date day) { Change(project, day, 1); }
  void Remove(const RatedProject& project, Date day) { Change(project, day, -1); }

  // Of one of the codes that cover the projects; 0: everything.
  Rates Total(uint32_t region) const;
  // Rows within a region, in order of region, department, stage, code; none is empty.
  std::vector<RateRow> By(uint32_t region, const RateDimensions& dimensions) const;

 private:
  // By code (a project has each code once, so with codes projects are procedures), department and stage together,
  // department, stage, and neither: projects are counted once in each.
  enum Kind : uint8_t { kCode, kDepartmentStage, kDepartment, kStage, kWhole, kKinds };
  struct Key {
    uint32_t region = 0;
    uint32_t department = 0;
    uint32_t code = 0;
    ApprovalStage stage = ApprovalStage::kUnspecified;
    friend bool operator==(const Key&, const Key&) = default;
    friend auto operator<=>(const Key&, const Key&) = default;
    template <class H>
    friend H AbslHashValue(H state, const Key& key) {
      return H::combine(std::move(state), key.region, key.department, key.code, static_cast<uint8_t>(key.stage));
    }
  };
  void Change(const RatedProject& project, Date day, int sign);
  void ChangeCell(Kind kind, const Key& key, const Rates& rates, int sign);

  std::array<absl::flat_hash_map<Key, Rates>, kKinds> cells_;
  absl::flat_hash_map<uint32_t, Rates> totals_;  // By every code that covers a project.
};

// The same, counted plainly from the projects themselves: what tests hold the cube against.
std::vector<RateRow> CountRates(std::span<const RatedProject> projects, Date day, const RateDimensions& dimensions);
Rates CountTotal(std::span<const RatedProject> projects, Date day);

}  // namespace yaoshi::preapproval

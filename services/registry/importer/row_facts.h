// What one row of a ledger states, and what becomes of a project by it. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/sheet/row_values.h"
#include "services/registry/convert.h"
#include "services/registry/importer/titles.h"

namespace yaoshi::registry {

// The facts that a row states. A column that is absent or a cell that is empty states nothing.
struct RowFacts {
  uint32_t row = 0;
  v1::Project project;  // Fields without a statement are unset.
  // Numbers of the fields that are stated, of the project and of its attributes.
  std::vector<int> fields;
  std::vector<int> attributes;
  std::map<int, int64_t> plans;  // Year → fen.
  bool has_sources = false;      // The sources that are stated replace all others.
  EntryKind kind = EntryKind::kUnspecified;
  Stage stage = Stage::kUnspecified;
  std::string duplicate_override_reason;
  std::string admission_override_reason;
};

// Reads a row; what is wrong with its cells is then in `values`. `own_region` stands where the cell is empty; it may be
// "".
RowFacts ReadFacts(sheet::RowValues& values, const sheet::Headings& headings, const Titles& titles,
                   const std::string& own_region, uint32_t row);

// The rules of a project that is to be entered: notes each required value that the row does not state, and a stage in
// which no project is entered.
void RequireForNew(const RowFacts& facts, sheet::RowValues& values);
// The stage that a new project enters with: the stated one, or what the kind of entry implies.
Stage InitialStage(const RowFacts& facts);

// `state` with the facts of the row. Sources that no longer add up to a changed total are dropped, as are the months of
// a plan whose amount changes.
v1::Project Merged(const v1::Project& state, const RowFacts& facts);

// The paths of a project's facts in which two states differ.
std::vector<std::string> ChangedPaths(const v1::Project& before, const v1::Project& after);

// Notes a violation of the project's rules at the cell that states the fact.
void RejectFact(const FieldViolation& violation, sheet::RowValues& values);

}  // namespace yaoshi::registry

// What a List method can be filtered and ordered by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace yaoshi::filter {

enum class FieldType {
  kString,
  kInteger,  // int64; amounts are fen.
  kDate,
  kBoolean,  // 0 or 1 in rows and columns.
  kEnum,     // The number of the value in rows and columns; 0 is unset.
};

struct EnumValue {
  std::string name;
  std::int64_t number = 0;
};

struct FieldSpec {
  std::string name = {};  // As callers write it; may have dots.
  FieldType type = FieldType::kString;
  std::string column = {};  // SQL expression, "p.title". Text columns are utf8mb4, or ASCII when `binary`.
  std::vector<EnumValue> enum_values = {};  // Only for kEnum.
  bool nullable = false;                    // The column may be NULL, which means unset: "", 0, or no date.
  bool binary = false;    // The column has a _bin collation and holds no trailing spaces: an index on it can be used.
  bool searched = false;  // A bare word is searched here. Only for kString.
};

// Immutable; one per List method, made at start.
class FieldTable {
 public:
  // Aborts on a programming error: a name given twice, a searched field that is no string, an enum without values.
  explicit FieldTable(std::vector<FieldSpec> fields);

  const std::vector<FieldSpec>& fields() const { return fields_; }
  const FieldSpec& operator[](std::size_t index) const { return fields_[index]; }
  // Indexes of the searched fields.
  const std::vector<std::size_t>& searched() const { return searched_; }

  std::optional<std::size_t> Find(std::string_view name) const;
  // "region, state, title": for error texts.
  std::string Names() const;

 private:
  std::vector<FieldSpec> fields_;
  std::vector<std::size_t> searched_;
  absl::flat_hash_map<std::string, std::size_t> by_name_;
};

}  // namespace yaoshi::filter

// The order of a List method (AIP-132): "total_investment_fen desc, title".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/filter/bound.h"
#include "common/filter/field_table.h"

namespace yaoshi::filter {

inline constexpr std::size_t kMaxOrderKeys = 4;

struct OrderKey {
  std::size_t field = 0;  // Index in the table.
  bool descending = false;
  friend bool operator==(const OrderKey&, const OrderKey&) = default;
};

// Keys separated by commas, each a field of the table and optionally "asc" or "desc"; none for an empty text. Reason
// INVALID_ORDER_BY with violations on "order_by": unknown field, more than kMaxOrderKeys, a field twice.
absl::StatusOr<std::vector<OrderKey>> ParseOrderBy(std::string_view text, const FieldTable& table);

// Below 0 when `a` comes before `b`, above when after it. Strings compare as bytes; what is unset comes first, as "",
// 0 or NULL do. Ties are the caller's to break, by id.
int CompareValues(const FieldValue& a, const FieldValue& b);

template <class Row>
int CompareRows(const std::vector<OrderKey>& order, const Row& a, const Row& b) {
  for (const OrderKey& key : order) {
    const int result = CompareValues(a(key.field), b(key.field));
    if (result != 0) return key.descending ? -result : result;
  }
  return 0;
}

// The same order as SQL, without ORDER BY, ended by `id_column` in the direction of the last key.
std::string OrderBySql(const std::vector<OrderKey>& order, const FieldTable& table, std::string_view id_column);

// The rows after a page's last one, whose keys are `values` (one per key, unset as std::monostate) and whose id is
// `id`: the keyset condition in the OR form, never NULL, in parentheses.
SqlText AfterSql(const std::vector<OrderKey>& order, const FieldTable& table, const std::vector<FieldValue>& values,
                 std::string_view id_column, std::string_view id);

}  // namespace yaoshi::filter

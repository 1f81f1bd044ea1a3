// One page of rows in memory: which rows are asked for, and how they are gathered in one walk.
#pragma once

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "common/filter/bound.h"
#include "common/filter/order_by.h"
#include "common/ids/uuid.h"

namespace yaoshi::registry {

// What ListProjects and ListEntries ask of memory.
struct PageQuery {
  uint32_t region = 0;                        // Only within this code; 0: everywhere.
  const filter::BoundExpr* filter = nullptr;  // Null: all.
  std::vector<filter::OrderKey> order;
  size_t limit = 50;
  // Keyset: rows after this position. Keys as CompareValues takes them.
  struct Position {
    std::vector<filter::FieldValue> keys;
    Uuid id;
  };
  const Position* after = nullptr;
  bool count = false;  // Count all that match.
};

// Collects the rows of one page: in scan order without an order, otherwise the best `limit` + 1.
template <class Row, class ValueOf>
class PageCollector {
 public:
  PageCollector(const PageQuery& query, ValueOf value_of, std::function<Uuid(const Row&)> id_of)
      : query_(query), value_of_(std::move(value_of)), id_of_(std::move(id_of)) {}

  // False when the page is full and nothing needs to be counted.
  bool Offer(const Row& row) {
    const auto accessor = [&](size_t field) { return value_of_(row, field); };
    if (query_.filter != nullptr && !filter::Matches(*query_.filter, accessor)) return true;
    ++total_;
    if (query_.after != nullptr && !IsAfter(row)) return true;
    if (query_.order.empty()) {
      if (rows_.size() <= query_.limit) rows_.push_back(row);
      return query_.count || rows_.size() <= query_.limit;
    }
    rows_.push_back(row);
    std::push_heap(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) { return Before(a, b); });
    if (rows_.size() > query_.limit + 1) {
      std::pop_heap(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) { return Before(a, b); });
      rows_.pop_back();
    }
    return true;
  }

  template <class Page>
  void Finish(Page& page) {
    if (!query_.order.empty()) {
      std::sort(rows_.begin(), rows_.end(), [&](const Row& a, const Row& b) { return Before(a, b); });
    }
    page.more = rows_.size() > query_.limit;
    if (page.more) rows_.resize(query_.limit);
    page.rows = std::move(rows_);
    page.total = query_.count ? total_ : 0;
  }

 private:
  // Ties are broken by id in the direction of the last key, as the store's SQL does.
  int Compare(const Row& a, const Row& b) const {
    for (const filter::OrderKey& key : query_.order) {
      const int order = filter::CompareValues(value_of_(a, key.field), value_of_(b, key.field));
      if (order != 0) return key.descending ? -order : order;
    }
    return CompareIds(id_of_(a), id_of_(b));
  }
  int CompareIds(const Uuid& a, const Uuid& b) const {
    const int order = a < b ? -1 : (b < a ? 1 : 0);
    return !query_.order.empty() && query_.order.back().descending ? -order : order;
  }
  bool Before(const Row& a, const Row& b) const { return Compare(a, b) < 0; }

  bool IsAfter(const Row& row) const {
    for (size_t i = 0; i < query_.order.size(); ++i) {
      const int order = filter::CompareValues(value_of_(row, query_.order[i].field), query_.after->keys[i]);
      if (order != 0) return (query_.order[i].descending ? -order : order) > 0;
    }
    return CompareIds(id_of_(row), query_.after->id) > 0;
  }

  const PageQuery& query_;
  ValueOf value_of_;
  std::function<Uuid(const Row&)> id_of_;
  std::vector<Row> rows_;
  int64_t total_ = 0;
};

}  // namespace yaoshi::registry

// What ListProjects and ListEntries have in common: filter, order, page token, and the bytes of a page.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/filter/bound.h"
#include "common/filter/order_by.h"
#include "common/page/page_token.h"
#include "services/registry/context.h"
#include "services/registry/convert.h"

namespace yaoshi::registry {

// A list request, checked.
struct ListQuery {
  filter::BoundExpr filter;
  std::vector<filter::OrderKey> order;
  std::optional<PageQuery::Position> after;
  std::vector<std::string> texts;  // Holds what the position's views look at.
  size_t limit = 50;
  PageScope scope;

  const PageQuery::Position* position() const { return after ? &*after : nullptr; }
};

struct ListParameters {
  const filter::FieldTable& fields;
  std::string parent, filter, order_by, page_token, as_of, known_at, region;
  int page_size = 0;
};

// INVALID_FIELDS, INVALID_FILTER, INVALID_ORDER_BY, INVALID_PAGE_TOKEN.
absl::StatusOr<ListQuery> ParseListQuery(const Context& context, const rpc::Call& call,
                                         const ListParameters& parameters);

// The token of the page behind a row with these ordering values and id.
std::string NextPageToken(const Context& context, const ListQuery& query, const std::vector<filter::FieldValue>& keys,
                          const Uuid& id);

// The values of a project's message in the fields of `order`, for the token after a row that came from SQL.
std::vector<filter::FieldValue> OrderValues(const std::vector<filter::OrderKey>& order, const v1::Project& project,
                                            const PastRow& row);

// Serialised messages are put together without being parsed: a length-delimited field, a varint field.
void AppendMessage(std::string& bytes, int field, std::string_view message);
void AppendVarint(std::string& bytes, int field, int64_t value);

}  // namespace yaoshi::registry

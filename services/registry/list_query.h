// What ListProjects and ListEntries have in common: filter, order, page token, and the bytes of a page.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/filter/bound.h"
#include "common/filter/order_by.h"
#include "common/page/page_token.h"
#include "common/rpc/service.h"
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

// The numbers of the fields that a page has in its response.
struct PageFields {
  int rows, next_page_token, total_size;
};
// A page of the past, read with the call's session; `item` gives a row's serialised message.
absl::StatusOr<rpc::Bytes> PastPageBytes(const Context& context, rpc::Call& call, const ListQuery& query,
                                         const PastQuery& past, bool count, const PageFields& fields,
                                         const std::function<std::string(const PastRow&)>& item);

// Serialised messages are put together without being parsed: a length-delimited field, a varint field.
void AppendMessage(std::string& bytes, int field, std::string_view message);
void AppendVarint(std::string& bytes, int field, int64_t value);

// A page of the present: `item` gives a row's serialised message, `value` its value in a field, `id` its project.
template <class Page, class Item, class ValueOf, class IdOf>
rpc::Bytes PresentPageBytes(const Context& context, const ListQuery& query, const Page& page, const PageFields& fields,
                            Item item, ValueOf value, IdOf id) {
  rpc::Bytes answer;
  for (const auto& row : page.rows) {
    AppendMessage(answer.serialized, fields.rows, item(row));
    // Rows are much alike: the first tells how much room all of them take.
    if (&row == &page.rows.front()) answer.serialized.reserve(answer.serialized.size() * (page.rows.size() + 1));
  }
  if (page.more) {
    std::vector<filter::FieldValue> keys;
    for (const filter::OrderKey& key : query.order) keys.push_back(value(page.rows.back(), key.field));
    AppendMessage(answer.serialized, fields.next_page_token, NextPageToken(context, query, keys, id(page.rows.back())));
  }
  AppendVarint(answer.serialized, fields.total_size, page.total);
  return answer;
}

}  // namespace yaoshi::registry

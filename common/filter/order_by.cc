#include "common/filter/order_by.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/status/quote.h"
#include "common/status/status.h"

namespace yaoshi::filter {
namespace {

// Words of one key, split at spaces.
std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    if (text.empty()) return words;
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// Adds the key that `text` means to `keys`, or returns what is wrong with it.
std::string AddKey(std::string_view text, const FieldTable& table, std::vector<OrderKey>& keys) {
  const auto words = Words(text);
  const bool directed = words.size() == 2 && (words[1] == "desc" || words[1] == "asc");
  if (words.size() != 1 && !directed) {
    return fmt::format("{} is not a key; write a field, or a field and desc", Quote(text));
  }
  const auto field = table.Find(words[0]);
  if (!field.has_value()) return fmt::format("unknown field {}; known are {}", Quote(words[0]), table.Names());
  if (std::any_of(keys.begin(), keys.end(), [&](const OrderKey& key) { return key.field == *field; })) {
    return fmt::format("{} is a key twice", Quote(words[0]));
  }
  keys.push_back({*field, directed && words[1] == "desc"});
  return "";
}

// The expression that rows are ordered by: never NULL but for dates, and bytes for strings.
std::string SortExpression(const FieldSpec& field) {
  if (field.type == FieldType::kDate) return field.column;
  const std::string_view unset = field.type == FieldType::kString ? "''" : "0";
  const std::string value = field.nullable ? fmt::format("COALESCE({}, {})", field.column, unset) : field.column;
  return field.type == FieldType::kString && !field.binary ? fmt::format("CAST({} AS BINARY)", value) : value;
}

SqlValue ToSqlValue(const FieldSpec& field, const FieldValue& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) return std::string(*text);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* date = std::get_if<Date>(&value)) return date->ToString();
  return field.type == FieldType::kString ? SqlValue(std::string()) : SqlValue(std::int64_t{0});
}

// `key` equal to, or beyond, `value` in the key's direction; never NULL.
SqlText KeySql(const OrderKey& key, const FieldSpec& field, const FieldValue& value, bool beyond) {
  const std::string expression = SortExpression(field);
  const bool is_date = field.type == FieldType::kDate;
  if (is_date && !std::holds_alternative<Date>(value)) {  // NULL comes first.
    if (!beyond) return {fmt::format("{} IS NULL", expression), {}};
    return {key.descending ? std::string("1 = 0") : fmt::format("{} IS NOT NULL", expression), {}};
  }
  const std::string_view sign = !beyond ? "=" : key.descending ? "<" : ">";
  std::string text = fmt::format("{} {} ?", expression, sign);
  if (is_date && field.nullable) {
    const bool null_beyond = beyond && key.descending;
    text = null_beyond ? fmt::format("({} IS NULL OR {})", expression, text)
                       : fmt::format("({} IS NOT NULL AND {})", expression, text);
  }
  return {std::move(text), {ToSqlValue(field, value)}};
}

void Append(SqlText& to, SqlText&& from) {
  to.text += from.text;
  std::move(from.values.begin(), from.values.end(), std::back_inserter(to.values));
}

}  // namespace

absl::StatusOr<std::vector<OrderKey>> ParseOrderBy(std::string_view text, const FieldTable& table) {
  std::vector<OrderKey> keys;
  std::vector<FieldViolation> violations;
  if (Words(text).empty()) return keys;
  if (static_cast<std::size_t>(std::count(text.begin(), text.end(), ',')) >= kMaxOrderKeys) {
    return InvalidFields("INVALID_ORDER_BY",
                         {{"order_by", fmt::format("at most {} keys are allowed.", kMaxOrderKeys)}});
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string problem = AddKey(text.substr(begin, end - begin), table, keys);
    if (!problem.empty()) violations.push_back({"order_by", problem + "."});
    begin = end + 1;
  }
  RETURN_IF_ERROR(InvalidFields("INVALID_ORDER_BY", violations));
  return keys;
}

int CompareValues(const FieldValue& a, const FieldValue& b) {
  const auto normal = [](const FieldValue& value, const FieldValue& other) -> FieldValue {
    if (!std::holds_alternative<std::monostate>(value)) return value;
    if (std::holds_alternative<std::string_view>(other)) return std::string_view();
    if (std::holds_alternative<std::int64_t>(other)) return std::int64_t{0};
    return value;
  };
  const FieldValue left = normal(a, b);
  const FieldValue right = normal(b, a);
  if (left == right) return 0;
  return left < right ? -1 : 1;
}

std::string OrderBySql(const std::vector<OrderKey>& order, const FieldTable& table, std::string_view id_column) {
  std::string text;
  for (const OrderKey& key : order) {
    text += fmt::format("{}{}, ", SortExpression(table[key.field]), key.descending ? " DESC" : "");
  }
  const bool descending = !order.empty() && order.back().descending;
  return fmt::format("{}{}{}", text, id_column, descending ? " DESC" : "");
}

SqlText AfterSql(const std::vector<OrderKey>& order, const FieldTable& table, const std::vector<FieldValue>& values,
                 std::string_view id_column, std::string_view id) {
  SqlText sql{"(", {}};
  // k1 beyond, or k1 equal and (k2 beyond, or k2 equal and (… id beyond)).
  for (std::size_t i = 0; i < order.size(); ++i) {
    const FieldSpec& field = table[order[i].field];
    Append(sql, KeySql(order[i], field, values[i], true));
    sql.text += " OR (";
    Append(sql, KeySql(order[i], field, values[i], false));
    sql.text += " AND (";
  }
  const bool descending = !order.empty() && order.back().descending;
  sql.text += fmt::format("{} {} ?", id_column, descending ? "<" : ">");
  sql.values.emplace_back(std::string(id));
  for (std::size_t i = 0; i < order.size(); ++i) sql.text += "))";
  sql.text += ')';
  return sql;
}

}  // namespace yaoshi::filter

#include "common/sheet/row_values.h"

#include <algorithm>
#include <utility>

#include "common/sheet/normal_text.h"
#include "common/status/quote.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

// Characters of a value that a message repeats.
constexpr std::size_t kShownCharacters = 20;

}  // namespace

FieldViolation ToFieldViolation(const CellViolation& violation) {
  const std::string field = violation.key.empty() ? "" : "." + violation.key;
  return {fmt::format("rows[{}]{}", violation.row, field), violation.text};
}

RowValues::Place RowValues::Find(std::string_view key) const {
  const auto spec = std::find_if(specs_.begin(), specs_.end(), [&](const ColumnSpec& s) { return s.key == key; });
  if (spec == specs_.end()) {
    return {};
  }
  return {&*spec, headings_.Find(static_cast<std::size_t>(spec - specs_.begin()))};
}

bool RowValues::Has(std::string_view key) const {
  const Place place = Find(key);
  return place.column != nullptr && !Trim(row_.At(place.column->column).text).empty();
}

const Cell* RowValues::CellOf(const Place& place) {
  if (place.column == nullptr) {
    return nullptr;
  }
  const Cell& cell = row_.At(place.column->column);
  if (!cell.empty() && !Trim(cell.text).empty()) {
    return &cell;
  }
  if (place.spec->value_required) {
    Reject(place.spec->key, {"VALUE_REQUIRED", "is empty; fill it in", "不能为空，请填写"});
  }
  return nullptr;
}

void RowValues::Reject(std::string_view key, const Fault& fault) {
  const Place place = Find(key);
  CellViolation violation;
  violation.row = row_.number;
  violation.key = key;
  violation.reason = fault.reason;
  if (place.column == nullptr) {
    violation.text = fmt::format("Row {} {}.", row_.number, fault.text);
    violation.chinese = fmt::format("第{}行{}", row_.number, fault.chinese);
  } else {
    const std::string letters = ColumnLetters(place.column->column);
    const std::string value = Shorten(row_.At(place.column->column).text, kShownCharacters);
    violation.column = place.column->column;
    violation.text = fmt::format("Row {}, column {} {}: {} {}.", row_.number, letters, Quote(place.column->heading),
                                 Quote(value, kShownCharacters * 4), fault.text);
    violation.chinese = fmt::format("第{}行{}列“{}”：“{}”{}", row_.number, letters, place.column->heading,
                                    JoinLines(value), fault.chinese);
  }
  violations_.push_back(std::move(violation));
}

template <class T, class Parse>
std::optional<T> RowValues::Read(std::string_view key, Parse parse) {
  const Place place = Find(key);
  const Cell* cell = place.spec == nullptr ? nullptr : CellOf(place);
  if (cell == nullptr) {
    return std::nullopt;
  }
  Parsed<T> parsed = parse(*cell, *place.spec, *place.column);
  if (const Fault* fault = std::get_if<Fault>(&parsed)) {
    Reject(key, *fault);
    return std::nullopt;
  }
  return std::move(std::get<T>(parsed));
}

std::optional<std::string> RowValues::Text(std::string_view key) {
  return Read<std::string>(key, [&](const Cell& cell, const ColumnSpec& spec, const MatchedColumn&) {
    return ParseText(cell, {spec.max_characters, spec.multiline, date_system_});
  });
}

std::optional<std::int64_t> RowValues::Fen(std::string_view key) {
  return Read<std::int64_t>(key, [](const Cell& cell, const ColumnSpec& spec, const MatchedColumn& column) {
    return ParseAmount(cell, column.unit, spec.allow_negative);
  });
}

std::optional<Date> RowValues::Day(std::string_view key) {
  return Read<Date>(key, [&](const Cell& cell, const ColumnSpec& spec, const MatchedColumn&) {
    return ParseDate(cell, date_system_, spec.allow_month);
  });
}

std::optional<bool> RowValues::Boolean(std::string_view key) {
  return Read<bool>(key, [](const Cell& cell, const ColumnSpec&, const MatchedColumn&) { return ParseBoolean(cell); });
}

std::optional<std::string> RowValues::Enum(std::string_view key) {
  return Read<std::string>(
      key, [](const Cell& cell, const ColumnSpec& spec, const MatchedColumn&) { return ParseEnum(cell, spec.labels); });
}

std::optional<std::int64_t> RowValues::Number(std::string_view key) {
  return Read<std::int64_t>(key, [](const Cell& cell, const ColumnSpec& spec, const MatchedColumn&) {
    return ParseDecimal(cell, spec.kind == ColumnKind::kInteger ? 0 : spec.scale, spec.min, spec.max);
  });
}

}  // namespace yaoshi::sheet

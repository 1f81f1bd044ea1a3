// A row of a table file as people see it: number, columns A, B, …, cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace yaoshi::sheet {

struct Cell {
  // kDate is a number whose format shows a date or a time. A CSV file has only kEmpty and kText.
  enum class Kind { kEmpty, kText, kNumber, kBoolean, kError, kDate };
  Kind kind = Kind::kEmpty;
  // Text as typed; a number exactly as the file spells it ("352.69999999999999", "1E+3"), a date as its serial number;
  // "TRUE" or "FALSE"; an error as Excel shows it ("#REF!"). A strict-mode ISO date is kText.
  std::string text;

  bool empty() const { return kind == Kind::kEmpty; }
  friend bool operator==(const Cell&, const Cell&) = default;
};

struct Row {
  // From 1, as the left edge of Excel shows it. For CSV the number of the record, which is what Excel would show.
  std::uint32_t number = 0;
  // From column A to the last filled one; never ends in an empty cell.
  std::vector<Cell> cells;

  // The cell of a column (A = 0); an empty one beyond the end.
  const Cell& At(std::size_t column) const;
  std::size_t filled() const;
  friend bool operator==(const Row&, const Row&) = default;
};

// 0 → "A", 25 → "Z", 26 → "AA".
std::string ColumnLetters(std::size_t column);
// (12, 2) → "C12".
std::string CellName(std::uint32_t row, std::size_t column);

// Which day has the serial number 1: 1900-01-01 (with the day 1900-02-29 that never was), or 1904-01-02.
enum class DateSystem { k1900, k1904 };

}  // namespace yaoshi::sheet

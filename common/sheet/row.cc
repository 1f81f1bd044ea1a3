#include "common/sheet/row.h"

#include <algorithm>

namespace yaoshi::sheet {

const Cell& Row::At(std::size_t column) const {
  static const Cell empty;
  return column < cells.size() ? cells[column] : empty;
}

std::size_t Row::filled() const {
  return static_cast<std::size_t>(std::count_if(cells.begin(), cells.end(), [](const Cell& c) { return !c.empty(); }));
}

std::string ColumnLetters(std::size_t column) {
  std::string letters;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return letters;
}

std::string CellName(std::uint32_t row, std::size_t column) {
  return ColumnLetters(column) + std::to_string(row);
}

}  // namespace yaoshi::sheet

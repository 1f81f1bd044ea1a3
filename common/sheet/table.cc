#include "common/sheet/table.h"

#include <utility>

#include "common/status/status.h"

namespace yaoshi::sheet {

absl::StatusOr<Table> Table::Open(const std::string& path, const ReadOptions& options,
                                  std::span<const ColumnSpec> specs, const HeadingMapping& mapping) {
  ASSIGN_OR_RETURN(std::unique_ptr<WorkbookReader> reader, WorkbookReader::Open(path, options));
  Table table(std::move(reader), specs);
  // One row more than is searched: the last may have sub-headings.
  RETURN_IF_ERROR(table.reader_->ForEach([&](const Row& row) {
    table.first_rows_.push_back(row);
    return table.first_rows_.size() <= kMaxHeadingSearchRows;
  }));
  ASSIGN_OR_RETURN(table.headings_, MatchHeadings(table.first_rows_, specs, mapping));
  while (table.next_ < table.first_rows_.size() && table.first_rows_[table.next_].number <= table.headings_.last_row) {
    ++table.next_;
  }
  return table;
}

absl::StatusOr<bool> Table::Next(Row& row) {
  if (next_ < first_rows_.size()) {
    row = std::move(first_rows_[next_++]);
    return true;
  }
  return reader_->Next(row);
}

}  // namespace yaoshi::sheet

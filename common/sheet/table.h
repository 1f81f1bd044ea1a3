// A sheet read as a table: the heading rows found, then the data rows one by one.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sheet/headings.h"
#include "common/sheet/workbook_reader.h"

namespace yaoshi::sheet {

class Table {
 public:
  // Reads as far as the headings. Reasons of WorkbookReader::Open, WorkbookReader::Next and MatchHeadings. `specs` must
  // outlive the table.
  static absl::StatusOr<Table> Open(const std::string& path, const ReadOptions& options,
                                    std::span<const ColumnSpec> specs, const HeadingMapping& mapping = {});

  const Headings& headings() const { return headings_; }
  const WorkbookReader& reader() const { return *reader_; }
  std::span<const ColumnSpec> specs() const { return specs_; }
  // The next row below the headings that has a filled cell, or false at the end.
  absl::StatusOr<bool> Next(Row& row);

 private:
  Table(std::unique_ptr<WorkbookReader> reader, std::span<const ColumnSpec> specs)
      : reader_(std::move(reader)), specs_(specs) {}

  std::unique_ptr<WorkbookReader> reader_;
  std::span<const ColumnSpec> specs_;
  Headings headings_;
  // Rows read while the headings were looked for; those from next_ on are data.
  std::vector<Row> first_rows_;
  std::size_t next_ = 0;
};

}  // namespace yaoshi::sheet

// Reads the rows of an .xlsx or .csv file one by one, in bounded memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/sheet/limits.h"
#include "common/sheet/row.h"

namespace yaoshi::sheet {

struct ReadOptions {
  Limits limits;
  // As the person named it; decides nothing but which mistake is reported for a file that is not what it is called.
  std::string file_name;
  // The sheet to read; "" = the first visible one. A CSV file has one sheet without a name.
  std::string sheet;
  // Where shared strings that are too many for memory go; "" = the system's ($TMPDIR).
  std::string temp_directory;
};

struct SheetInfo {
  std::string name;
  bool visible = true;
  friend bool operator==(const SheetInfo&, const SheetInfo&) = default;
};

class WorkbookReader {
 public:
  // Finds out by its content what the file is. Reasons FILE_TOO_LARGE, NOT_A_WORKBOOK, ENCRYPTED_WORKBOOK,
  // MACRO_WORKBOOK, WORKBOOK_TOO_LARGE_INSIDE, XML_NOT_WELL_FORMED, XML_DTD_REFUSED, SHEET_NOT_FOUND, STORAGE_FULL,
  // FILE_FAILED.
  static absl::StatusOr<std::unique_ptr<WorkbookReader>> Open(const std::string& path, const ReadOptions& options);
  virtual ~WorkbookReader() = default;

  // The next row with a filled cell into `row`, or false at the end. After an error it returns the same error. Reasons:
  // as Open, TOO_MANY_ROWS, TOO_MANY_COLUMNS, CELL_TEXT_TOO_LONG, BAD_UTF8, CSV_NOT_WELL_FORMED.
  virtual absl::StatusOr<bool> Next(Row& row) = 0;
  // Calls `visit` for each row until it returns false.
  absl::Status ForEach(const std::function<bool(const Row&)>& visit);

  virtual const std::vector<SheetInfo>& sheets() const = 0;
  // The name of the sheet that is read.
  virtual const std::string& sheet() const = 0;
  virtual DateSystem date_system() const = 0;
  // Bytes read from the file and inflated so far.
  virtual std::int64_t bytes_read() const = 0;
};

}  // namespace yaoshi::sheet

// An .xlsx file of one sheet being written (libxlsxwriter, constant memory: rows must come in order).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

struct lxw_workbook;
struct lxw_worksheet;
struct lxw_format;

namespace yaoshi::sheet {

class XlsxFile {
 public:
  // Reasons FILE_FAILED, STORAGE_FULL.
  static absl::StatusOr<std::unique_ptr<XlsxFile>> Create(const std::string& path, const std::string& sheet_name);
  // Removes the file unless it was finished.
  ~XlsxFile();
  XlsxFile(const XlsxFile&) = delete;
  XlsxFile& operator=(const XlsxFile&) = delete;

  lxw_worksheet* sheet() { return sheet_; }
  lxw_format* NewFormat();

  // `row` and `column` from 0. A string cell, whatever the text looks like; reason CELL_TEXT_TOO_LONG.
  absl::Status WriteText(std::uint32_t row, std::size_t column, std::string_view text, lxw_format* format);
  absl::Status WriteNumber(std::uint32_t row, std::size_t column, double value, lxw_format* format);
  absl::Status WriteBoolean(std::uint32_t row, std::size_t column, bool value, lxw_format* format);
  absl::Status WriteBlank(std::uint32_t row, std::size_t column, lxw_format* format);
  absl::Status Finish();

 private:
  XlsxFile(std::string path, lxw_workbook* workbook) : path_(std::move(path)), workbook_(workbook) {}

  std::string path_;
  lxw_workbook* workbook_;
  lxw_worksheet* sheet_ = nullptr;
};

// The serial number of a day in the 1900 system; 0 for days before 1900-03-01, which Excel counts wrongly.
std::int64_t ExcelSerial(std::int32_t days_since_1970);

}  // namespace yaoshi::sheet

#include "common/sheet/xlsx_file.h"

#include <xlsxwriter.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_replace.h"
#include "common/sheet/errors.h"
#include "common/sheet/excel_text.h"
#include "common/sheet/files.h"
#include "common/sheet/limits.h"
#include "common/sheet/normal_text.h"
#include "common/sheet/row.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

// Excel's limit of a sheet name.
constexpr std::size_t kMaxSheetName = 31;
constexpr std::int32_t kExcelEpoch = -25'569;  // 1899-12-30 in days since 1970
constexpr std::int64_t kFirstTrueSerial = 61;  // 1900-03-01

std::string SheetName(const std::string& wanted) {
  std::string name = RemoveForbidden(wanted);
  for (char& c : name) {
    c = std::string_view("[]:*?/\\'").find(c) == std::string_view::npos ? c : ' ';
  }
  name = Shorten(Trim(JoinLines(name)), kMaxSheetName);
  return name.empty() ? "Sheet1" : name;
}

absl::Status Written(lxw_error error, std::uint32_t row, std::size_t column) {
  switch (error) {
    case LXW_NO_ERROR:
      return absl::OkStatus();
    case LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED:
      return CellTextTooLong("cell " + CellName(row + 1, column), Limits().cell_characters);
    case LXW_ERROR_WORKSHEET_INDEX_OUT_OF_RANGE:
      return TooManyRows(kMaxSheetRows);
    default:
      return FileFailed("write", errno);
  }
}

}  // namespace

std::int64_t ExcelSerial(std::int32_t days_since_1970) {
  const std::int64_t serial = std::int64_t{days_since_1970} - kExcelEpoch;
  return serial >= kFirstTrueSerial ? serial : 0;
}

absl::StatusOr<std::unique_ptr<XlsxFile>> XlsxFile::Create(const std::string& path, const std::string& sheet_name) {
  // libxlsxwriter opens the file only at the end; a path that cannot be written is better known now.
  std::FILE* probe = std::fopen(path.c_str(), "wbe");
  if (probe == nullptr) {
    return FileFailed("write", errno);
  }
  std::fclose(probe);
  std::string temp = std::filesystem::temp_directory_path().string();
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  options.tmpdir = temp.data();
  std::unique_ptr<XlsxFile> file(new XlsxFile(path, workbook_new_opt(path.c_str(), &options)));
  if (file->workbook_ == nullptr) {
    return FileFailed("write", errno);
  }
  file->sheet_ = workbook_add_worksheet(file->workbook_, SheetName(sheet_name).c_str());
  if (file->sheet_ == nullptr) {
    return FileFailed("write", errno);
  }
  return file;
}

XlsxFile::~XlsxFile() {
  if (workbook_ != nullptr) {
    lxw_workbook_free(workbook_);
    RemoveUnfinished(path_);
  }
}

lxw_format* XlsxFile::NewFormat() {
  return workbook_add_format(workbook_);
}

absl::Status XlsxFile::WriteText(std::uint32_t row, std::size_t column, std::string_view text, lxw_format* format) {
  const std::string encoded = EncodeExcelText(text);
  if (encoded.empty()) {
    return format == nullptr ? absl::OkStatus() : WriteBlank(row, column, format);
  }
  return Written(worksheet_write_string(sheet_, row, static_cast<lxw_col_t>(column), encoded.c_str(), format), row,
                 column);
}

absl::Status XlsxFile::WriteNumber(std::uint32_t row, std::size_t column, double value, lxw_format* format) {
  return Written(worksheet_write_number(sheet_, row, static_cast<lxw_col_t>(column), value, format), row, column);
}

absl::Status XlsxFile::WriteBoolean(std::uint32_t row, std::size_t column, bool value, lxw_format* format) {
  return Written(worksheet_write_boolean(sheet_, row, static_cast<lxw_col_t>(column), value ? 1 : 0, format), row,
                 column);
}

absl::Status XlsxFile::WriteBlank(std::uint32_t row, std::size_t column, lxw_format* format) {
  return Written(worksheet_write_blank(sheet_, row, static_cast<lxw_col_t>(column), format), row, column);
}

absl::Status XlsxFile::Finish() {
  errno = 0;
  // The library writes rows to a file of its own and does not look whether they fit.
  std::FILE* rows = sheet_->optimize_tmpfile;
  if (rows != nullptr && (std::ferror(rows) != 0 || std::fflush(rows) != 0)) {
    return FileFailed("write", errno == 0 ? ENOSPC : errno);
  }
  const lxw_error error = workbook_close(workbook_);
  const int error_number = errno;
  workbook_ = nullptr;
  if (error == LXW_NO_ERROR) {
    return absl::OkStatus();
  }
  RemoveUnfinished(path_);
  return FileFailed("write", error_number);
}

}  // namespace yaoshi::sheet

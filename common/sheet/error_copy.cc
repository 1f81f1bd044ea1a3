#include "common/sheet/error_copy.h"

#include <xlsxwriter.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "common/sheet/decimal.h"
#include "common/sheet/limits.h"
#include "common/sheet/normal_text.h"
#include "common/sheet/xlsx_file.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

constexpr std::string_view kErrorHeading = "错误说明";
constexpr double kColumnWidth = 16;
constexpr double kErrorWidth = 80;
constexpr lxw_color_t kWrongColor = 0xFFC7CE;
// A row can have a violation in each of 256 columns; people need the first ones.
constexpr std::size_t kMaxErrorCharacters = 2000;
// From serial numbers of the 1904 system to those of 1900.
constexpr int kDaysBetweenSystems = 1462;

// The column for the errors: the one of last time, else that to the right of all filled cells.
absl::StatusOr<std::size_t> ErrorColumn(const std::string& input, const ReadOptions& options,
                                        std::uint32_t heading_row) {
  ASSIGN_OR_RETURN(const std::unique_ptr<WorkbookReader> reader, WorkbookReader::Open(input, options));
  std::size_t columns = 0;
  std::size_t last_time = 0;
  RETURN_IF_ERROR(reader->ForEach([&](const Row& row) {
    columns = std::max(columns, row.cells.size());
    if (row.number == heading_row && row.cells.back().text == kErrorHeading) {
      last_time = row.cells.size() - 1;
    }
    return true;
  }));
  return last_time != 0 && last_time + 1 == columns ? last_time : columns;
}

class ErrorCopy {
 public:
  ErrorCopy(XlsxFile& file, DateSystem date_system, std::size_t columns)
      : file_(file), date_system_(date_system), columns_(columns) {
    for (lxw_format* format : {date_ = file.NewFormat(), wrong_date_ = file.NewFormat()}) {
      format_set_num_format(format, "yyyy-mm-dd");
    }
    for (lxw_format* format : {wrong_ = file.NewFormat(), wrong_date_}) {
      format_set_bg_color(format, kWrongColor);
    }
    heading_ = file.NewFormat();
    format_set_bold(heading_);
    format_set_bg_color(heading_, kWrongColor);
    worksheet_set_column(file.sheet(), 0, static_cast<lxw_col_t>(columns), kColumnWidth, nullptr);
    worksheet_set_column(file.sheet(), static_cast<lxw_col_t>(columns), static_cast<lxw_col_t>(columns), kErrorWidth,
                         nullptr);
  }

  absl::Status Write(const Row& row, const std::vector<CellViolation>* violations) {
    for (std::size_t i = 0; i < columns_; ++i) {
      const bool wrong =
          violations != nullptr && std::any_of(violations->begin(), violations->end(),
                                               [&](const CellViolation& violation) { return violation.column == i; });
      RETURN_IF_ERROR(WriteCell(row.number - 1, i, row.At(i), wrong));
    }
    if (violations == nullptr) {
      return absl::OkStatus();
    }
    std::string text;
    for (const CellViolation& violation : *violations) {
      text += (text.empty() ? "" : "；") + violation.chinese;
    }
    return file_.WriteText(row.number - 1, columns_, Shorten(text, kMaxErrorCharacters), nullptr);
  }

  absl::Status WriteHeading(std::uint32_t row) { return file_.WriteText(row - 1, columns_, kErrorHeading, heading_); }

 private:
  absl::Status WriteCell(std::uint32_t row, std::size_t column, const Cell& cell, bool wrong) {
    lxw_format* format = wrong ? wrong_ : nullptr;
    const std::optional<Decimal> number = Decimal::Parse(cell.text);
    switch (cell.kind) {
      case Cell::Kind::kEmpty:
        return wrong ? file_.WriteBlank(row, column, format) : absl::OkStatus();
      case Cell::Kind::kBoolean:
        return file_.WriteBoolean(row, column, cell.text == "TRUE", format);
      case Cell::Kind::kNumber:
        return number ? file_.WriteNumber(row, column, number->ToDouble(), format)
                      : file_.WriteText(row, column, cell.text, format);
      case Cell::Kind::kDate: {
        const double shift = date_system_ == DateSystem::k1904 ? kDaysBetweenSystems : 0;
        return number ? file_.WriteNumber(row, column, number->ToDouble() + shift, wrong ? wrong_date_ : date_)
                      : file_.WriteText(row, column, cell.text, format);
      }
      default:
        return file_.WriteText(row, column, cell.text, format);
    }
  }

  XlsxFile& file_;
  DateSystem date_system_;
  std::size_t columns_;
  lxw_format* date_;
  lxw_format* wrong_date_;
  lxw_format* wrong_;
  lxw_format* heading_;
};

}  // namespace

absl::Status WriteErrorCopy(const std::string& input, const ReadOptions& options, const ViolationsByRow& violations,
                            std::uint32_t heading_row, const std::string& output) {
  ASSIGN_OR_RETURN(const std::size_t columns, ErrorColumn(input, options, heading_row));
  ASSIGN_OR_RETURN(const std::unique_ptr<WorkbookReader> reader, WorkbookReader::Open(input, options));
  ASSIGN_OR_RETURN(const std::unique_ptr<XlsxFile> file, XlsxFile::Create(output, reader->sheet()));
  ErrorCopy copy(*file, reader->date_system(), columns);
  absl::Status written;
  RETURN_IF_ERROR(reader->ForEach([&](const Row& row) {
    const auto found = violations.find(row.number);
    written = copy.Write(row, found == violations.end() ? nullptr : &found->second);
    if (written.ok() && row.number == heading_row) {
      written = copy.WriteHeading(row.number);
    }
    return written.ok();
  }));
  RETURN_IF_ERROR(written);
  return file->Finish();
}

}  // namespace yaoshi::sheet

#include "common/sheet/xlsx_writer.h"

#include <xlsxwriter.h>

#include <cstdlib>
#include <utility>

#include "common/sheet/decimal.h"
#include "common/sheet/errors.h"
#include "common/sheet/limits.h"
#include "common/sheet/xlsx_file.h"
#include "common/status/status.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

// Numbers of more digits than these may change in a double.
constexpr std::int64_t kLargestSafe = 999'999'999'999'999;

double DefaultWidth(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText:
      return 24;
    case ColumnKind::kAmount:
      return 16;
    default:
      return 12;
  }
}

// What amounts and numbers look like in Excel; their value is exact whatever is shown.
std::string NumberFormat(const WriteColumn& column) {
  switch (column.kind) {
    case ColumnKind::kAmount:
      return column.unit == AmountUnit::kYi ? "#,##0.0000" : "#,##0.00";
    case ColumnKind::kDate:
      return "yyyy-mm-dd";
    case ColumnKind::kDecimal:
      return "0" + (column.scale > 0 ? "." + std::string(static_cast<std::size_t>(column.scale), '0') : "");
    case ColumnKind::kInteger:
      return "0";
    default:
      return "@";
  }
}

class XlsxWriter : public SheetWriter {
 public:
  XlsxWriter(std::unique_ptr<XlsxFile> file, std::vector<WriteColumn> columns)
      : file_(std::move(file)), columns_(std::move(columns)) {}

  absl::Status WriteHeadings() {
    lxw_format* bold = file_->NewFormat();
    format_set_bold(bold);
    format_set_text_wrap(bold);
    format_set_align(bold, LXW_ALIGN_VERTICAL_CENTER);
    format_set_bg_color(bold, 0xE7EDF5);
    format_set_border(bold, LXW_BORDER_THIN);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const double width = columns_[i].width > 0 ? columns_[i].width : DefaultWidth(columns_[i].kind);
      const auto column = static_cast<lxw_col_t>(i);
      worksheet_set_column(file_->sheet(), column, column, width, nullptr);
      formats_.push_back(file_->NewFormat());
      format_set_num_format(formats_.back(), NumberFormat(columns_[i]).c_str());
    }
    worksheet_freeze_panes(file_->sheet(), 1, 0);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      RETURN_IF_ERROR(file_->WriteText(0, i, columns_[i].heading, bold));
    }
    return absl::OkStatus();
  }

  absl::Status Append(std::span<const WriteValue> values) override {
    if (++row_ >= kMaxSheetRows) {
      return TooManyRows(kMaxSheetRows);
    }
    for (std::size_t i = 0; i < columns_.size() && i < values.size(); ++i) {
      RETURN_IF_ERROR(Write(i, values[i]));
    }
    return absl::OkStatus();
  }

  absl::Status Finish() override { return file_->Finish(); }

 private:
  absl::Status Write(std::size_t i, const WriteValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      return file_->WriteText(row_, i, *text, nullptr);
    }
    if (const auto* fen = std::get_if<Fen>(&value)) {
      return WriteDecimal(i, fen->value, FenPower(columns_[i].unit));
    }
    if (const auto* number = std::get_if<Scaled>(&value)) {
      return WriteDecimal(i, number->value, columns_[i].scale);
    }
    if (const auto* date = std::get_if<Date>(&value)) {
      const std::int64_t serial = ExcelSerial(date->days());
      return serial == 0 ? file_->WriteText(row_, i, date->ToString(), nullptr)
                         : file_->WriteNumber(row_, i, static_cast<double>(serial), formats_[i]);
    }
    if (const auto* flag = std::get_if<bool>(&value)) {
      return file_->WriteText(row_, i, *flag ? "是" : "否", nullptr);
    }
    return absl::OkStatus();
  }

  absl::Status WriteDecimal(std::size_t i, std::int64_t value, int scale) {
    const Decimal number = Decimal::Parse(fmt::format("{}e-{}", value, scale)).value_or(Decimal());
    if (value > kLargestSafe || value < -kLargestSafe) {
      return file_->WriteText(row_, i, number.ToString(), nullptr);
    }
    return file_->WriteNumber(row_, i, number.ToDouble(), formats_[i]);
  }

  std::unique_ptr<XlsxFile> file_;
  std::vector<WriteColumn> columns_;
  std::vector<lxw_format*> formats_;
  std::uint32_t row_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SheetWriter>> CreateXlsxWriter(const std::string& path, const std::string& sheet_name,
                                                              std::vector<WriteColumn> columns) {
  ASSIGN_OR_RETURN(std::unique_ptr<XlsxFile> file, XlsxFile::Create(path, sheet_name));
  auto writer = std::make_unique<XlsxWriter>(std::move(file), std::move(columns));
  RETURN_IF_ERROR(writer->WriteHeadings());
  return std::unique_ptr<SheetWriter>(std::move(writer));
}

}  // namespace yaoshi::sheet

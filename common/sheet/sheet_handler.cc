#include "common/sheet/sheet_handler.h"

#include <charconv>
#include <optional>

#include "common/sheet/errors.h"
#include "common/sheet/excel_text.h"
#include "common/sheet/utf8_scan.h"
#include "common/status/status.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

std::optional<std::uint32_t> Number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

// "AB12" → 27. Letters only are enough; more than three, or none, are no column.
std::optional<std::size_t> ColumnOf(std::string_view reference) {
  std::size_t column = 0;
  std::size_t letters = 0;
  for (; letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z'; ++letters) {
    if (letters == 3) {
      return std::nullopt;
    }
    column = column * 26 + static_cast<std::size_t>(reference[letters] - 'A') + 1;
  }
  if (letters == 0 || column > kMaxSheetColumns) {
    return std::nullopt;
  }
  return column - 1;
}

}  // namespace

std::string SheetHandler::Place() const {
  return in_cell_ ? "cell " + CellName(number_, column_) : fmt::format("row {}", number_);
}

void SheetHandler::Start(XmlStream& stream, std::string_view name, const Attributes& attributes) {
  if (skipped_depth_ > 0) {
    ++skipped_depth_;
  } else if (!in_data_) {
    in_data_ = name == "sheetData";
  } else if (name == "row") {
    StartRow(stream, attributes);
  } else if (name == "c") {
    StartCell(stream, attributes);
  } else if (in_cell_ && (name == "v" || name == "t")) {
    collecting_ = true;
    has_value_ = true;
  } else if (name != "is" && name != "r") {
    skipped_depth_ = 1;
  }
}

void SheetHandler::End(XmlStream& stream, std::string_view name) {
  if (skipped_depth_ > 0) {
    --skipped_depth_;
    return;
  }
  collecting_ = false;
  if (!in_data_) {
    return;
  }
  if (name == "sheetData") {
    in_data_ = false;
  } else if (name == "row") {
    EndRow(stream);
  } else if (name == "c") {
    EndCell(stream);
  }
}

void SheetHandler::Text(XmlStream& stream, std::string_view text) {
  if (!collecting_ || skipped_depth_ > 0) {
    return;
  }
  value_ += text;
  if (value_.size() > limits_.cell_characters * kLongestEscape) {
    stream.Fail(CellTextTooLong("cell " + CellName(number_, column_), limits_.cell_characters));
  }
}

void SheetHandler::BadBytes(XmlStream& stream) {
  if (!in_cell_) {
    return stream.Fail(BadUtf8(fmt::format("The workbook's part {}, near row {},", stream.part(), number_)));
  }
  bad_bytes_ = true;
}

void SheetHandler::StartRow(XmlStream& stream, const Attributes& attributes) {
  const std::string_view stated = attributes.Get("r");
  const std::uint32_t number = stated.empty() ? number_ + 1 : Number(stated).value_or(0);
  if (number <= number_ || number > kMaxSheetRows) {
    return stream.Fail(XmlNotWellFormed(fmt::format("part {} row \"{}\"", stream.part(), stated),
                                        fmt::format("row numbers must grow; the row before is {}", number_)));
  }
  number_ = number;
  next_column_ = 0;
  row_.number = number;
  row_.cells.clear();
}

void SheetHandler::StartCell(XmlStream& stream, const Attributes& attributes) {
  const std::string_view stated = attributes.Get("r");
  column_ = stated.empty() ? next_column_ : ColumnOf(stated).value_or(kMaxSheetColumns);
  if (column_ < next_column_ || column_ >= kMaxSheetColumns) {
    return stream.Fail(XmlNotWellFormed(fmt::format("part {} row {}", stream.part(), number_),
                                        fmt::format("\"{}\" is no cell, or out of order", stated)));
  }
  next_column_ = column_ + 1;
  in_cell_ = true;
  has_value_ = false;
  bad_bytes_ = false;
  type_ = attributes.Get("t");
  const std::optional<std::uint32_t> style = Number(attributes.Get("s"));
  is_date_ = style && *style < date_styles_.size() && date_styles_[*style];
  value_.clear();
}

void SheetHandler::EndCell(XmlStream& stream) {
  in_cell_ = false;
  Cell cell;
  if (absl::Status status = Interpret(cell); !status.ok()) {
    return stream.Fail(std::move(status));
  }
  if (cell.empty()) {
    return;
  }
  if (column_ >= limits_.columns) {
    return stream.Fail(TooManyColumns(CellName(number_, column_), limits_.columns));
  }
  text_bytes_ += static_cast<std::int64_t>(cell.text.size());
  if (text_bytes_ > limits_.text_bytes) {
    return stream.Fail(WorkbookTooLargeInside(stream.part(), "bytes of text", limits_.text_bytes));
  }
  row_.cells.resize(column_ + 1);
  row_.cells.back() = std::move(cell);
}

void SheetHandler::EndRow(XmlStream& stream) {
  if (row_.cells.empty()) {
    return;
  }
  if (++rows_ > limits_.rows) {
    return stream.Fail(TooManyRows(limits_.rows));
  }
  stream.Pause();
}

absl::Status SheetHandler::Interpret(Cell& cell) {
  if (bad_bytes_) {
    return BadUtf8("The text of cell " + CellName(number_, column_));
  }
  if (!has_value_) {
    return absl::OkStatus();
  }
  if (type_ == "s") {
    return InterpretShared(cell);
  }
  if (type_ == "b") {
    cell = {Cell::Kind::kBoolean, value_ == "1" || value_ == "true" ? "TRUE" : "FALSE"};
  } else if (type_ == "e") {
    cell = {Cell::Kind::kError, value_};
  } else if (type_ == "str" || type_ == "inlineStr" || type_ == "d") {
    DecodeExcelEscapes(value_);
    cell = {value_.empty() ? Cell::Kind::kEmpty : Cell::Kind::kText, value_};
  } else if (!value_.empty()) {
    cell = {is_date_ ? Cell::Kind::kDate : Cell::Kind::kNumber, value_};
  }
  return CheckText(cell);
}

absl::Status SheetHandler::InterpretShared(Cell& cell) {
  const std::string place = "cell " + CellName(number_, column_);
  const std::optional<std::uint32_t> index = Number(value_);
  if (!index || *index >= strings_.size()) {
    return DamagedPart("xl/sharedStrings.xml", place + " refers to a text that is not there");
  }
  RETURN_IF_ERROR(strings_.Get(*index, shared_));
  if (shared_.quality == SharedStrings::Quality::kBadUtf8) {
    return BadUtf8("The text of " + place);
  }
  if (shared_.quality == SharedStrings::Quality::kTooLong) {
    return CellTextTooLong(place, limits_.cell_characters);
  }
  cell = {shared_.text.empty() ? Cell::Kind::kEmpty : Cell::Kind::kText, shared_.text};
  return absl::OkStatus();
}

absl::Status SheetHandler::CheckText(const Cell& cell) {
  if (cell.text.size() > limits_.cell_characters && CountCharacters(cell.text) > limits_.cell_characters) {
    return CellTextTooLong("cell " + CellName(number_, column_), limits_.cell_characters);
  }
  return absl::OkStatus();
}

}  // namespace yaoshi::sheet

// Turns the XML of one worksheet into rows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/sheet/limits.h"
#include "common/sheet/row.h"
#include "common/sheet/shared_strings.h"
#include "common/sheet/xml_stream.h"

namespace yaoshi::sheet {

// Pauses the stream after each row that has a filled cell; the row is then in row().
class SheetHandler : public XmlHandler {
 public:
  SheetHandler(const Limits& limits, const std::vector<bool>& date_styles, SharedStrings& strings)
      : limits_(limits), date_styles_(date_styles), strings_(strings) {}

  Row& row() { return row_; }

  void Start(XmlStream& stream, std::string_view name, const Attributes& attributes) override;
  void End(XmlStream& stream, std::string_view name) override;
  void Text(XmlStream& stream, std::string_view text) override;
  void BadBytes(XmlStream& stream) override;
  std::string Place() const override;

 private:
  void StartRow(XmlStream& stream, const Attributes& attributes);
  void StartCell(XmlStream& stream, const Attributes& attributes);
  void EndCell(XmlStream& stream);
  void EndRow(XmlStream& stream);
  // The cell's kind and text from the raw value; an empty kind for a cell without value.
  absl::Status Interpret(Cell& cell);
  absl::Status InterpretShared(Cell& cell);
  absl::Status CheckText(const Cell& cell);

  const Limits& limits_;
  const std::vector<bool>& date_styles_;
  SharedStrings& strings_;
  SharedStrings::Entry shared_;

  Row row_;
  std::uint32_t rows_ = 0;
  std::int64_t text_bytes_ = 0;
  bool in_data_ = false;
  bool in_cell_ = false;
  bool collecting_ = false;
  bool bad_bytes_ = false;
  // Elements below one whose content does not count: a formula, a phonetic run.
  int skipped_depth_ = 0;

  // Of the row and the cell that are being read.
  std::uint32_t number_ = 0;
  std::size_t column_ = 0;
  std::size_t next_column_ = 0;
  std::string type_;
  bool is_date_ = false;
  bool has_value_ = false;
  std::string value_;
};

}  // namespace yaoshi::sheet

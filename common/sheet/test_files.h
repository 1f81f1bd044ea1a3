// Files for the tests of this folder, hostile ones too. Each test has a directory of its own that goes with it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/sheet/workbook_reader.h"

namespace yaoshi::sheet::testing {

class TempDirectory {
 public:
  TempDirectory();
  ~TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;

  std::string Path(std::string_view name) const { return path_ + "/" + std::string(name); }
  // Writes the bytes and returns the path.
  std::string Write(std::string_view name, std::string_view bytes) const;
  bool Has(std::string_view name) const;
  // Names of all files in it.
  std::vector<std::string> Files() const;

 private:
  std::string path_;
};

std::string ReadFile(const std::string& path);

// The parts of a smallest workbook with one sheet “清单” of the given <sheetData> content; add or replace parts at
// will.
using Parts = std::map<std::string, std::string>;
Parts WorkbookParts(std::string_view rows);
// <sst> of the given <si> contents, hooked into the workbook.
void AddSharedStrings(Parts& parts, std::string_view items);
// cellXfs with these number formats (s="0", "1", …), of which custom ones are given as id → code.
void AddStyles(Parts& parts, const std::vector<int>& formats, const std::map<int, std::string>& codes = {});
std::string WriteZip(const TempDirectory& directory, std::string_view name, const Parts& parts);
// WriteZip of WorkbookParts(rows) as "book.xlsx".
std::string WriteWorkbook(const TempDirectory& directory, std::string_view rows);

struct Everything {
  absl::Status status;
  std::vector<Row> rows;
};
// Opens the file and reads to the end or the first error.
Everything ReadAll(const std::string& path, const ReadOptions& options = {});

inline Cell TextCell(std::string text) {
  return {Cell::Kind::kText, std::move(text)};
}
inline Cell NumberCell(std::string text) {
  return {Cell::Kind::kNumber, std::move(text)};
}
inline Cell DateCell(std::string text) {
  return {Cell::Kind::kDate, std::move(text)};
}
// A row of text cells; "" makes an empty one.
Row TextRow(std::uint32_t number, const std::vector<std::string>& texts);

}  // namespace yaoshi::sheet::testing

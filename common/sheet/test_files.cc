#include "common/sheet/test_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <zip.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_replace.h"
#include "fmt/format.h"

namespace yaoshi::sheet::testing {
namespace {

constexpr std::string_view kHead = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)";
constexpr std::string_view kMain = R"(xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main")";
constexpr std::string_view kRelations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

std::string Relationship(std::string_view id, std::string_view type, std::string_view target) {
  return fmt::format(R"(<Relationship Id="{}" Type="{}/{}" Target="{}"/>)", id, kRelations, type, target);
}

std::string Relationships(std::string_view items) {
  return fmt::format(
      R"({}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>)",
      kHead, items);
}

void AddRelationship(Parts& parts, const std::string& relationship) {
  std::string& rels = parts["xl/_rels/workbook.xml.rels"];
  rels = absl::StrReplaceAll(rels, {{"</Relationships>", relationship + "</Relationships>"}});
}

}  // namespace

TempDirectory::TempDirectory() {
  path_ = (std::filesystem::temp_directory_path() / "yaoshi-sheet-XXXXXX").string();
  EXPECT_NE(mkdtemp(path_.data()), nullptr);
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TempDirectory::Write(std::string_view name, std::string_view bytes) const {
  std::ofstream(Path(name), std::ios::binary) << bytes;
  return Path(name);
}

bool TempDirectory::Has(std::string_view name) const {
  return std::filesystem::exists(Path(name));
}

std::vector<std::string> TempDirectory::Files() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Parts WorkbookParts(std::string_view rows) {
  Parts parts;
  parts["[Content_Types].xml"] =
      fmt::format(R"({}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>)", kHead);
  parts["_rels/.rels"] = Relationships(Relationship("rId1", "officeDocument", "xl/workbook.xml"));
  parts["xl/workbook.xml"] = fmt::format(
      R"({}<workbook {} xmlns:r="{}"><sheets><sheet name="清单" sheetId="1" r:id="rId1"/></sheets></workbook>)", kHead,
      kMain, kRelations);
  parts["xl/_rels/workbook.xml.rels"] = Relationships(Relationship("rId1", "worksheet", "worksheets/sheet1.xml"));
  parts["xl/worksheets/sheet1.xml"] =
      fmt::format("{}<worksheet {}><sheetData>{}</sheetData></worksheet>", kHead, kMain, rows);
  return parts;
}

void AddSharedStrings(Parts& parts, std::string_view items) {
  parts["xl/sharedStrings.xml"] = fmt::format("{}<sst {}>{}</sst>", kHead, kMain, items);
  AddRelationship(parts, Relationship("rId8", "sharedStrings", "sharedStrings.xml"));
}

void AddStyles(Parts& parts, const std::vector<int>& formats, const std::map<int, std::string>& codes) {
  std::string custom;
  for (const auto& [id, code] : codes) {
    custom +=
        fmt::format(R"(<numFmt numFmtId="{}" formatCode="{}"/>)", id, absl::StrReplaceAll(code, {{"\"", "&quot;"}}));
  }
  std::string cells;
  for (const int id : formats) {
    cells += fmt::format(R"(<xf numFmtId="{}"/>)", id);
  }
  parts["xl/styles.xml"] = fmt::format(
      R"({}<styleSheet {}><numFmts>{}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{}</cellXfs></styleSheet>)",
      kHead, kMain, custom, cells);
  AddRelationship(parts, Relationship("rId9", "styles", "/xl/styles.xml"));
}

std::string WriteZip(const TempDirectory& directory, std::string_view name, const Parts& parts) {
  const std::string path = directory.Path(name);
  int error = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error);
  for (const auto& [part, bytes] : parts) {
    zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    EXPECT_GE(zip_file_add(archive, part.c_str(), source, ZIP_FL_ENC_UTF_8), 0);
  }
  EXPECT_EQ(zip_close(archive), 0);
  return path;
}

std::string WriteWorkbook(const TempDirectory& directory, std::string_view rows) {
  return WriteZip(directory, "book.xlsx", WorkbookParts(rows));
}

Everything ReadAll(const std::string& path, const ReadOptions& options) {
  Everything all;
  auto reader = WorkbookReader::Open(path, options);
  all.status = reader.status();
  if (reader.ok()) {
    all.status = (*reader)->ForEach([&](const Row& row) {
      all.rows.push_back(row);
      return true;
    });
  }
  return all;
}

Row TextRow(std::uint32_t number, const std::vector<std::string>& texts) {
  Row row;
  row.number = number;
  for (const std::string& text : texts) {
    row.cells.push_back(text.empty() ? Cell() : TextCell(text));
  }
  return row;
}

}  // namespace yaoshi::sheet::testing

#include "services/registry/importer/preview.h"

#include <algorithm>

#include "common/import/temp_folder.h"
#include "common/sheet/normal_text.h"
#include "common/sheet/table.h"
#include "common/sheet/values.h"
#include "common/status/status.h"
#include "services/registry/importer/fetch.h"
#include "services/registry/importer/ledger.h"

namespace yaoshi::registry {
namespace {

constexpr size_t kShownCharacters = 60;

std::string Shown(const sheet::Cell& cell, sheet::DateSystem dates) {
  if (cell.empty()) return "";
  const auto text = sheet::ParseText(cell, {.multiline = true, .date_system = dates});
  const auto* good = std::get_if<std::string>(&text);
  return sheet::Shorten(sheet::JoinLines(good != nullptr ? *good : cell.text), kShownCharacters);
}

// The rows down to the last heading.
absl::StatusOr<std::vector<sheet::Row>> HeadingRows(const std::string& path, const sheet::ReadOptions& options,
                                                    uint32_t last_row) {
  ASSIGN_OR_RETURN(const auto reader, sheet::WorkbookReader::Open(path, options));
  std::vector<sheet::Row> rows;
  RETURN_IF_ERROR(reader->ForEach([&](const sheet::Row& row) {
    if (row.number <= last_row) rows.push_back(row);
    return row.number < last_row;
  }));
  return rows;
}

// The heading of a column that is not read: its own cell, or the merged one above it.
std::string HeadingOf(const std::vector<sheet::Row>& rows, size_t column) {
  for (size_t i = rows.size(); i > 0 && i + 2 > rows.size(); --i) {
    const sheet::Row& row = rows[i - 1];
    if (row.filled() > 1 && !row.At(column).empty()) {
      return sheet::Shorten(sheet::JoinLines(sheet::Trim(row.At(column).text)), kShownCharacters);
    }
  }
  return "";
}

// A copy of the columns of which none is required: what is missing is told, and the rest looked at.
std::vector<sheet::ColumnSpec> Lenient() {
  std::vector<sheet::ColumnSpec> specs = LedgerColumns();
  for (sheet::ColumnSpec& spec : specs) spec.required = false;
  return specs;
}

absl::StatusOr<v1::PreviewImportResponse> Describe(sheet::Table& table, const std::string& path,
                                                   const sheet::ReadOptions& options) {
  const sheet::Headings& headings = table.headings();
  v1::PreviewImportResponse response;
  for (const sheet::SheetInfo& sheet : table.reader().sheets()) {
    if (sheet.visible) response.add_sheets(sheet.name);
  }
  response.set_heading_row(headings.last_row);
  ASSIGN_OR_RETURN(const std::vector<sheet::Row> rows, HeadingRows(path, options, headings.last_row));
  sheet::Row sample;
  RETURN_IF_ERROR(table.Next(sample).status());
  size_t width = sample.cells.size();
  for (const sheet::Row& row : rows) width = std::max(width, row.filled() > 1 ? row.cells.size() : 0);
  for (size_t i = 0; i < width; ++i) {
    const auto matched = std::find_if(headings.columns.begin(), headings.columns.end(),
                                      [&](const sheet::MatchedColumn& column) { return column.column == i; });
    const bool known = matched != headings.columns.end();
    v1::PreviewImportResponse::Column column;
    column.set_column(sheet::ColumnLetters(i));
    column.set_heading(known ? matched->heading : HeadingOf(rows, i));
    if (known) column.set_key(LedgerColumns()[matched->spec].key);
    column.set_sample(Shown(sample.At(i), table.reader().date_system()));
    if (!column.heading().empty() || !column.sample().empty()) *response.add_columns() = std::move(column);
  }
  for (size_t i = 0; i < LedgerColumns().size(); ++i) {
    const sheet::ColumnSpec& spec = LedgerColumns()[i];
    if (spec.required && headings.Find(i) == nullptr) response.add_missing(spec.headings.front());
  }
  return response;
}

}  // namespace

absl::StatusOr<v1::PreviewImportResponse> PreviewFile(const std::string& path, const std::string& filename,
                                                      const std::string& sheet, const sheet::HeadingMapping& mapping) {
  sheet::ReadOptions options;
  options.file_name = filename;
  options.sheet = sheet;
  auto strict = sheet::Table::Open(path, options, LedgerColumns(), mapping);
  if (strict.ok()) return Describe(*strict, path, options);
  if (ReasonOf(strict.status()) != "HEADINGS_NOT_FOUND") return strict.status();
  const std::vector<sheet::ColumnSpec> lenient = Lenient();
  ASSIGN_OR_RETURN(sheet::Table table, sheet::Table::Open(path, options, lenient, mapping));
  return Describe(table, path, options);
}

absl::StatusOr<v1::PreviewImportResponse> Preview(db::Session& session, const StoredFile& file,
                                                  const std::string& sheet, const sheet::HeadingMapping& mapping) {
  ASSIGN_OR_RETURN(const imports::TempFolder folder, imports::TempFolder::Make());
  const std::string path = folder.File("ledger");
  RETURN_IF_ERROR(SaveTo(session, file, path));
  return PreviewFile(path, file.filename, sheet, mapping);
}

}  // namespace yaoshi::registry

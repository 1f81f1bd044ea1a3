#include "common/sheet/errors.h"

#include <cerrno>

#include "absl/strings/str_join.h"
#include "common/status/quote.h"
#include "common/status/status.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kExhausted = absl::StatusCode::kResourceExhausted;
// Headings or sheets that a message lists.
constexpr std::size_t kMaxListed = 40;

std::string List(const std::vector<std::string>& texts) {
  std::string list;
  for (std::size_t i = 0; i < texts.size() && i < kMaxListed; ++i) {
    list += (i == 0 ? "" : ", ") + Quote(texts[i]);
  }
  return texts.size() > kMaxListed ? fmt::format("{} and {} more", list, texts.size() - kMaxListed) : list;
}

}  // namespace

absl::Status FileTooLarge(std::int64_t bytes, std::int64_t limit) {
  return Error(kExhausted, "FILE_TOO_LARGE",
               fmt::format("The file has {} bytes, more than the {} allowed. Split it into several files, or remove "
                           "pictures and sheets that are not needed.",
                           bytes, limit),
               {{"limit", std::to_string(limit)}});
}

absl::Status NotAWorkbook(std::string_view what, std::string_view remedy) {
  return Error(kInvalid, "NOT_A_WORKBOOK", fmt::format("The file is not a workbook: {}. {}", what, remedy));
}

absl::Status DamagedPart(std::string_view part, std::string_view what) {
  return Error(
      kInvalid, "NOT_A_WORKBOOK",
      fmt::format("The workbook is damaged in its part {}: {}. Open it in Excel or WPS, save it as a new .xlsx "
                  "file and upload that.",
                  Quote(part), what),
      {{"part", std::string(part)}});
}

absl::Status EncryptedWorkbook() {
  return Error(
      kInvalid, "ENCRYPTED_WORKBOOK",
      "The workbook is encrypted. Open it in Excel or WPS, remove its password, save it as .xlsx and upload it "
      "again.");
}

absl::Status MacroWorkbook(std::string_view part) {
  return Error(kInvalid, "MACRO_WORKBOOK",
               fmt::format("The workbook contains macros ({}). Save it as .xlsx, the format without macros, and upload "
                           "that.",
                           Quote(part)));
}

absl::Status WorkbookTooLargeInside(std::string_view part, std::string_view limit_name, std::int64_t limit) {
  return Error(kExhausted, "WORKBOOK_TOO_LARGE_INSIDE",
               fmt::format("The workbook's part {} unpacks to more than its limit of {} {}. Copy only the cells with "
                           "data into a new workbook and upload that.",
                           Quote(part), limit, limit_name),
               {{"limit", std::to_string(limit)}, {"part", std::string(part)}});
}

absl::Status TooManyRows(std::uint32_t limit) {
  return Error(kExhausted, "TOO_MANY_ROWS",
               fmt::format("The sheet has more than {} filled rows. Split it into several files.", limit),
               {{"limit", std::to_string(limit)}});
}

absl::Status TooManyColumns(std::string_view place, std::size_t limit) {
  return Error(kExhausted, "TOO_MANY_COLUMNS",
               fmt::format("Cell {} is filled, but only {} columns are read. Clear or remove the columns to the right "
                           "of the table.",
                           place, limit),
               {{"limit", std::to_string(limit)}, {"cell", std::string(place)}});
}

absl::Status XmlNotWellFormed(std::string_view place, std::string_view what) {
  return Error(
      kInvalid, "XML_NOT_WELL_FORMED",
      fmt::format("The workbook's XML is wrong at {}: {}. Open it in Excel or WPS, save it as a new .xlsx file "
                  "and upload that.",
                  place, what));
}

absl::Status XmlDtdRefused(std::string_view part) {
  return Error(kInvalid, "XML_DTD_REFUSED",
               fmt::format("The workbook's part {} declares a document type or entities, which no workbook needs. Save "
                           "it anew in Excel or WPS and upload that.",
                           Quote(part)));
}

absl::Status CsvNotWellFormed(std::string_view place, std::string_view what) {
  return Error(kInvalid, "CSV_NOT_WELL_FORMED",
               fmt::format("The CSV file is wrong at {}: {}. A field that contains a comma, a quote or a line break is "
                           "put in double quotes, and quotes inside it are doubled.",
                           place, what));
}

absl::Status BadUtf8(std::string_view place) {
  return Error(
      kInvalid, "BAD_UTF8",
      fmt::format("{} is not valid UTF-8 text. Type it again, or save the file as .xlsx or as CSV UTF-8.", place),
      {{"place", std::string(place)}});
}

absl::Status CellTextTooLong(std::string_view place, std::size_t limit) {
  return Error(
      kInvalid, "CELL_TEXT_TOO_LONG",
      fmt::format("The text of {} is longer than {} characters, Excel's limit of one cell. Shorten it.", place, limit),
      {{"limit", std::to_string(limit)}});
}

absl::Status SheetNotFound(std::string_view name, const std::vector<std::string>& sheets) {
  const std::string wanted = name.empty() ? "a visible sheet with cells" : "the sheet " + Quote(name);
  return Error(kInvalid, "SHEET_NOT_FOUND",
               fmt::format("The workbook has not {}. Choose one of: {}.", wanted, List(sheets)));
}

absl::Status HeadingsNotFound(const std::vector<std::string>& missing, const std::vector<std::string>& found,
                              std::uint32_t row) {
  const std::string seen =
      found.empty() ? "No row with headings was found" : fmt::format("Row {} has {}", row, List(found));
  return Error(kInvalid, "HEADINGS_NOT_FOUND",
               fmt::format("Required columns are missing: {}. {}. Rename the headings, add the columns, or map them.",
                           List(missing), seen),
               {{"missing", absl::StrJoin(missing, ",")}, {"row", std::to_string(row)}});
}

absl::Status DuplicateHeading(std::string_view heading, std::string_view first, std::string_view second) {
  return Error(kInvalid, "DUPLICATE_HEADING",
               fmt::format("Cells {} and {} both say {}. Rename or remove one of the columns, or map them.", first,
                           second, Quote(heading)),
               {{"first", std::string(first)}, {"second", std::string(second)}});
}

absl::Status UnknownMappingKey(std::string_view heading, std::string_view key) {
  return Error(kInvalid, "UNKNOWN_MAPPING_KEY",
               fmt::format("The mapping gives the heading {} to {}, which is no column of this import. Correct the "
                           "mapping, or leave the key empty to skip the column.",
                           Quote(heading), Quote(key)));
}

absl::Status FileFailed(std::string_view action, int error_number) {
  if (error_number == ENOSPC || error_number == EDQUOT) {
    return Error(kExhausted, "STORAGE_FULL", "The disk is full. Free some space, then try again.");
  }
  const auto code = error_number == ENOENT ? absl::StatusCode::kFailedPrecondition : absl::StatusCode::kInternal;
  return Error(code, "FILE_FAILED",
               fmt::format("The file could not be {} (error {}). Try again; if it stays, tell the operator.",
                           action == "write" ? "written" : "read", error_number));
}

}  // namespace yaoshi::sheet

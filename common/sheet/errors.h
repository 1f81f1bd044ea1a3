// The errors of table files: each names the place and the remedy. Limits are RESOURCE_EXHAUSTED, all else that is wrong
// with a file INVALID_ARGUMENT.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace yaoshi::sheet {

absl::Status FileTooLarge(std::int64_t bytes, std::int64_t limit);
// `what` says what the file is instead, `remedy` what to do ("Save it as .xlsx and upload it again.").
absl::Status NotAWorkbook(std::string_view what, std::string_view remedy);
// A part that does not inflate, is missing or contradicts the others; reason NOT_A_WORKBOOK too.
absl::Status DamagedPart(std::string_view part, std::string_view what);
absl::Status EncryptedWorkbook();
absl::Status MacroWorkbook(std::string_view part);
absl::Status WorkbookTooLargeInside(std::string_view part, std::string_view limit_name, std::int64_t limit);
absl::Status TooManyRows(std::uint32_t limit);
// `place` is the first cell beyond the limit.
absl::Status TooManyColumns(std::string_view place, std::size_t limit);
absl::Status XmlNotWellFormed(std::string_view place, std::string_view what);
absl::Status XmlDtdRefused(std::string_view part);
absl::Status CsvNotWellFormed(std::string_view place, std::string_view what);
absl::Status BadUtf8(std::string_view place);
absl::Status CellTextTooLong(std::string_view place, std::size_t limit);
absl::Status SheetNotFound(std::string_view name, const std::vector<std::string>& sheets);
absl::Status HeadingsNotFound(const std::vector<std::string>& missing, const std::vector<std::string>& found,
                              std::uint32_t row);
absl::Status DuplicateHeading(std::string_view heading, std::string_view first, std::string_view second);
absl::Status UnknownMappingKey(std::string_view heading, std::string_view key);
// FAILED_PRECONDITION when the file is not there, INTERNAL otherwise: `action` is "read" or "write".
absl::Status FileFailed(std::string_view action, int error_number);

}  // namespace yaoshi::sheet

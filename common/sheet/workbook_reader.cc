#include "common/sheet/workbook_reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/sheet/csv_reader.h"
#include "common/sheet/errors.h"
#include "common/sheet/xlsx_reader.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kZip = "PK\x03\x04"sv;
constexpr std::string_view kEmptyZip = "PK\x05\x06"sv;
// An OLE compound file: an encrypted .xlsx, or the .xls of before 2007.
constexpr std::string_view kOle = "\xD0\xCF\x11\xE0"sv;
constexpr std::string_view kSaveAsXlsx = "Open it in Excel or WPS, save it as .xlsx and upload that.";
// Bytes at the beginning that must not contain NUL in a CSV file.
constexpr std::size_t kHeadBytes = 4096;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

// The names of OLE streams are UTF-16.
std::string Utf16(std::string_view name) {
  std::string wide;
  for (const char c : name) {
    wide += c;
    wide += '\0';
  }
  return wide;
}

// Whether one of the names is in the file. Pieces overlap, so a name on their border is found.
bool Contains(std::FILE* file, const std::string& name) {
  std::string window;
  std::array<char, std::size_t{64} << 10> piece;
  std::rewind(file);
  for (std::size_t got; (got = std::fread(piece.data(), 1, piece.size(), file)) > 0;) {
    window.append(piece.data(), got);
    if (absl::StrContains(window, name)) {
      return true;
    }
    window.erase(0, window.size() - std::min(window.size(), name.size()));
  }
  return false;
}

absl::Status RefuseOle(std::FILE* file) {
  const bool encrypted = Contains(file, Utf16("EncryptedPackage"));
  const bool old_excel = Contains(file, Utf16("Workbook")) || Contains(file, Utf16("Book"));
  const bool word = Contains(file, Utf16("WordDocument"));
  if (!encrypted && (old_excel || word)) {
    return NotAWorkbook(word ? "it is a Word document" : "it is an .xls file of Excel before 2007", kSaveAsXlsx);
  }
  return EncryptedWorkbook();
}

// What a file that is neither zip nor OLE is, if it is surely no CSV; else "".
std::string_view KnownKind(std::string_view head) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kKinds = {{
      {"%pdf", "it is a PDF file"},
      {"<!doctype", "it is a web page"},
      {"<html", "it is a web page"},
      {"<?xml", "it is an XML file"},
      {"<table", "it is a web page"},
      {"{\\rtf", "it is a rich text file"},
      {"\xff\xfe", "it is UTF-16 text"},
      {"\xfe\xff", "it is UTF-16 text"},
      {"rar!", "it is a RAR archive"},
  }};
  std::string lower = absl::AsciiStrToLower(std::string(head.substr(0, 64)));
  absl::StripLeadingAsciiWhitespace(&lower);
  if (absl::StartsWith(lower, "\xEF\xBB\xBF")) {
    lower.erase(0, 3);
  }
  for (const auto& [magic, what] : kKinds) {
    if (std::string_view(lower).starts_with(magic)) {
      return what;
    }
  }
  return head.find('\0') != std::string_view::npos ? "it is a binary file of an unknown kind" : "";
}

absl::Status RefuseText(std::string_view head, const std::string& file_name) {
  if (const std::string_view kind = KnownKind(head); !kind.empty()) {
    return NotAWorkbook(kind, kSaveAsXlsx);
  }
  const std::string extension = absl::AsciiStrToLower(std::filesystem::path(file_name).extension().string());
  if (extension == ".xlsx" || extension == ".xlsm" || extension == ".xls") {
    return NotAWorkbook("it is called " + extension + " but is plain text",
                        "If it is a CSV file, rename it to .csv; else open it in Excel or WPS and save it as .xlsx.");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<WorkbookReader>> WorkbookReader::Open(const std::string& path,
                                                                     const ReadOptions& options) {
  const File file(std::fopen(path.c_str(), "rbe"));
  if (!file) {
    return FileFailed("read", errno);
  }
  std::error_code error;
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path, error));
  if (error) {
    return FileFailed("read", error.value());
  }
  if (bytes > options.limits.file_bytes) {
    return FileTooLarge(bytes, options.limits.file_bytes);
  }
  std::array<char, kHeadBytes> bytes_read{};
  const std::string_view head(bytes_read.data(), std::fread(bytes_read.data(), 1, bytes_read.size(), file.get()));
  if (head.empty() || head.starts_with(kEmptyZip)) {
    return NotAWorkbook("it is empty", "Choose the file again.");
  }
  if (head.starts_with(kOle)) {
    return RefuseOle(file.get());
  }
  if (head.starts_with(kZip)) {
    return OpenXlsx(path, options);
  }
  RETURN_IF_ERROR(RefuseText(head, options.file_name));
  return OpenCsv(path, options);
}

absl::Status WorkbookReader::ForEach(const std::function<bool(const Row&)>& visit) {
  Row row;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, Next(row));
    if (!more || !visit(row)) {
      return absl::OkStatus();
    }
  }
}

}  // namespace yaoshi::sheet

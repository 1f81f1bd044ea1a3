#include "common/sheet/xlsx_reader.h"

#include <filesystem>
#include <utility>

#include "common/sheet/errors.h"
#include "common/sheet/package.h"
#include "common/sheet/shared_strings.h"
#include "common/sheet/sheet_handler.h"
#include "common/sheet/workbook_parts.h"
#include "common/sheet/xml_stream.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

class XlsxReader : public WorkbookReader {
 public:
  XlsxReader(std::unique_ptr<Package> package, const ReadOptions& options)
      : package_(std::move(package)),
        limits_(options.limits),
        strings_(options.limits.shared_string_memory_bytes, options.temp_directory.empty()
                                                                ? std::filesystem::temp_directory_path().string()
                                                                : options.temp_directory),
        handler_(limits_, date_styles_, strings_) {}

  absl::Status Start(const std::string& wanted_sheet) {
    ASSIGN_OR_RETURN(const WorkbookParts parts, ReadWorkbookParts(*package_));
    date_system_ = parts.date_system;
    const SheetPart* chosen = nullptr;
    std::vector<std::string> names;
    for (const SheetPart& sheet : parts.sheets) {
      sheets_.push_back({sheet.name, sheet.visible});
      names.push_back(sheet.name);
      if (chosen == nullptr && (wanted_sheet.empty() ? sheet.visible : sheet.name == wanted_sheet)) {
        chosen = &sheet;
      }
    }
    if (chosen == nullptr) {
      return SheetNotFound(wanted_sheet, names);
    }
    sheet_ = chosen->name;
    ASSIGN_OR_RETURN(date_styles_, ReadDateStyles(*package_, parts.styles));
    if (!parts.shared_strings.empty()) {
      RETURN_IF_ERROR(strings_.Read(*package_, parts.shared_strings, limits_));
    }
    ASSIGN_OR_RETURN(std::unique_ptr<PartStream> part, package_->OpenPart(chosen->part));
    stream_ = std::make_unique<XmlStream>(std::move(part), handler_);
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next(Row& row) override {
    ASSIGN_OR_RETURN(const bool more, stream_->Run());
    if (more) {
      std::swap(row, handler_.row());
    }
    return more;
  }

  const std::vector<SheetInfo>& sheets() const override { return sheets_; }
  const std::string& sheet() const override { return sheet_; }
  DateSystem date_system() const override { return date_system_; }
  std::int64_t bytes_read() const override { return package_->inflated_bytes(); }

 private:
  // In this order: the stream ends before the package that its part belongs to.
  std::unique_ptr<Package> package_;
  Limits limits_;
  std::vector<bool> date_styles_;
  SharedStrings strings_;
  SheetHandler handler_;
  std::unique_ptr<XmlStream> stream_;
  std::vector<SheetInfo> sheets_;
  std::string sheet_;
  DateSystem date_system_ = DateSystem::k1900;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WorkbookReader>> OpenXlsx(const std::string& path, const ReadOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Package> package, Package::Open(path, options.limits));
  auto reader = std::make_unique<XlsxReader>(std::move(package), options);
  RETURN_IF_ERROR(reader->Start(options.sheet));
  return std::unique_ptr<WorkbookReader>(std::move(reader));
}

}  // namespace yaoshi::sheet

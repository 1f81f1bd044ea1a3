#include "common/sheet/csv_writer.h"

#include <cerrno>
#include <cstdio>
#include <utility>

#include "common/sheet/csv_text.h"
#include "common/sheet/decimal.h"
#include "common/sheet/errors.h"
#include "common/sheet/excel_text.h"
#include "common/sheet/files.h"
#include "common/status/status.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class CsvWriter : public SheetWriter {
 public:
  CsvWriter(std::string path, std::FILE* file, std::vector<WriteColumn> columns)
      : path_(std::move(path)), file_(file), columns_(std::move(columns)) {}
  ~CsvWriter() override {
    if (file_ != nullptr) {
      std::fclose(file_);
      RemoveUnfinished(path_);
    }
  }
  CsvWriter(const CsvWriter&) = delete;
  CsvWriter& operator=(const CsvWriter&) = delete;

  absl::Status WriteHeadings() {
    line_ = kByteOrderMark;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      line_ += (i == 0 ? "" : ",") + TextField(columns_[i].heading);
    }
    return WriteLine();
  }

  absl::Status Append(std::span<const WriteValue> values) override {
    line_.clear();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      line_ += (i == 0 ? "" : ",") + (i < values.size() ? Field(columns_[i], values[i]) : "");
    }
    return WriteLine();
  }

  absl::Status Finish() override {
    const bool flushed = std::fflush(file_) == 0;
    const int error = errno;
    std::fclose(std::exchange(file_, nullptr));
    if (!flushed) {
      RemoveUnfinished(path_);
      return FileFailed("write", error);
    }
    return absl::OkStatus();
  }

 private:
  static std::string TextField(const std::string& text) { return QuoteCsv(WithFormulaGuard(RemoveForbidden(text))); }

  static std::string NumberField(std::int64_t value, int scale) {
    return Decimal::Parse(fmt::format("{}e-{}", value, scale)).value_or(Decimal()).ToString();
  }

  static std::string Field(const WriteColumn& column, const WriteValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      return TextField(*text);
    }
    if (const auto* fen = std::get_if<Fen>(&value)) {
      return NumberField(fen->value, FenPower(column.unit));
    }
    if (const auto* number = std::get_if<Scaled>(&value)) {
      return NumberField(number->value, column.scale);
    }
    if (const auto* date = std::get_if<Date>(&value)) {
      return date->ToString();
    }
    if (const auto* flag = std::get_if<bool>(&value)) {
      return *flag ? "是" : "否";
    }
    return "";
  }

  absl::Status WriteLine() {
    line_ += "\r\n";
    if (std::fwrite(line_.data(), 1, line_.size(), file_) != line_.size()) {
      return FileFailed("write", errno);
    }
    return absl::OkStatus();
  }

  std::string path_;
  std::FILE* file_;
  std::vector<WriteColumn> columns_;
  std::string line_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SheetWriter>> CreateCsvWriter(const std::string& path,
                                                             std::vector<WriteColumn> columns) {
  std::FILE* file = std::fopen(path.c_str(), "wbe");
  if (file == nullptr) {
    return FileFailed("write", errno);
  }
  auto writer = std::make_unique<CsvWriter>(path, file, std::move(columns));
  RETURN_IF_ERROR(writer->WriteHeadings());
  return std::unique_ptr<SheetWriter>(std::move(writer));
}

}  // namespace yaoshi::sheet

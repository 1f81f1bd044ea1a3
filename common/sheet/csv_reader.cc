#include "common/sheet/csv_reader.h"

#include <utility>

#include "common/sheet/csv_text.h"
#include "common/sheet/errors.h"
#include "common/sheet/text_source.h"
#include "common/sheet/utf8_scan.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

class CsvReader : public WorkbookReader {
 public:
  CsvReader(std::unique_ptr<TextSource> source, const ReadOptions& options)
      : source_(std::move(source)), limits_(options.limits), sheets_(1) {}

  absl::StatusOr<bool> Next(Row& row) override {
    if (failure_.ok()) {
      absl::StatusOr<bool> more = ReadFilled(row);
      failure_ = more.status();
      return more;
    }
    return failure_;
  }

  const std::vector<SheetInfo>& sheets() const override { return sheets_; }
  const std::string& sheet() const override { return sheets_.front().name; }
  DateSystem date_system() const override { return DateSystem::k1900; }
  std::int64_t bytes_read() const override { return source_->bytes_read(); }

 private:
  std::string Place() const { return "cell " + CellName(number_, column_); }

  absl::StatusOr<bool> ReadFilled(Row& row) {
    while (source_->Peek() >= 0) {
      RETURN_IF_ERROR(ReadRecord(row));
      if (!row.cells.empty()) {
        return ++filled_rows_ > limits_.rows ? absl::StatusOr<bool>(TooManyRows(limits_.rows)) : true;
      }
    }
    RETURN_IF_ERROR(source_->status());
    return false;
  }

  absl::Status ReadRecord(Row& row) {
    row.number = ++number_;
    row.cells.clear();
    column_ = 0;
    for (bool more = true; more; ++column_) {
      field_.clear();
      ASSIGN_OR_RETURN(more, source_->Peek() == '"' ? ReadQuoted() : ReadPlain());
      RETURN_IF_ERROR(source_->status());
      RETURN_IF_ERROR(Store(row));
    }
    return absl::OkStatus();
  }

  absl::Status Store(Row& row) {
    if (ValidUtf8Prefix(field_) != field_.size()) {
      return BadUtf8("The text of " + Place());
    }
    if (field_.size() > limits_.cell_characters && CountCharacters(field_) > limits_.cell_characters) {
      return CellTextTooLong(Place(), limits_.cell_characters);
    }
    if (field_.empty()) {
      return absl::OkStatus();
    }
    if (column_ >= limits_.columns) {
      return TooManyColumns(CellName(number_, column_), limits_.columns);
    }
    row.cells.resize(column_ + 1);
    row.cells.back() = {Cell::Kind::kText, WithoutFormulaGuard(field_)};
    return absl::OkStatus();
  }

  // Both return whether a comma ended the field, so that another follows in this record.
  absl::StatusOr<bool> ReadPlain() {
    for (int c; (c = source_->Next()) >= 0;) {
      if (c == ',') {
        return true;
      }
      if (EndsRecord(c)) {
        return false;
      }
      RETURN_IF_ERROR(Append(c));
    }
    return false;
  }

  absl::StatusOr<bool> ReadQuoted() {
    source_->Next();
    while (true) {
      const int c = source_->Next();
      if (c < 0) {
        return CsvNotWellFormed(Place(), "the quote that opens it is never closed");
      }
      if (c != '"') {
        RETURN_IF_ERROR(Append(c));
      } else if (source_->Peek() == '"') {
        RETURN_IF_ERROR(Append(source_->Next()));
      } else {
        break;
      }
    }
    const int c = source_->Next();
    if (c >= 0 && c != ',' && !EndsRecord(c)) {
      return CsvNotWellFormed(Place(), "text follows the closing quote");
    }
    return c == ',';
  }

  // A line feed, or a carriage return with the line feed after it.
  bool EndsRecord(int c) {
    if (c == '\r' && source_->Peek() == '\n') {
      source_->Next();
    }
    return c == '\r' || c == '\n';
  }

  absl::Status Append(int c) {
    field_ += static_cast<char>(c);
    return field_.size() > limits_.cell_characters * 4 ? CellTextTooLong(Place(), limits_.cell_characters)
                                                       : absl::OkStatus();
  }

  std::unique_ptr<TextSource> source_;
  Limits limits_;
  std::vector<SheetInfo> sheets_;
  absl::Status failure_;
  std::string field_;
  std::uint32_t number_ = 0;
  std::uint32_t filled_rows_ = 0;
  std::size_t column_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<WorkbookReader>> OpenCsv(const std::string& path, const ReadOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<TextSource> source, TextSource::Open(path));
  if (!options.sheet.empty()) {
    return SheetNotFound(options.sheet, {""});
  }
  return std::unique_ptr<WorkbookReader>(std::make_unique<CsvReader>(std::move(source), options));
}

}  // namespace yaoshi::sheet

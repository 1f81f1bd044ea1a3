#include "common/sheet/sheet_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "common/money/money.h"
#include "common/sheet/row_values.h"
#include "common/sheet/table.h"
#include "common/sheet/test_files.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

using testing::Everything;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::ReadAll;
using testing::ReadFile;
using testing::TempDirectory;
using testing::TextCell;

std::vector<WriteColumn> Columns() {
  return {{.heading = "项目名称", .width = 40},
          {.heading = "总投资", .kind = ColumnKind::kAmount, .unit = AmountUnit::kYi},
          {.heading = "计划投资(元)", .kind = ColumnKind::kAmount, .unit = AmountUnit::kYuan},
          {.heading = "开工日期", .kind = ColumnKind::kDate},
          {.heading = "公顷", .kind = ColumnKind::kDecimal, .scale = 4},
          {.heading = "重大", .kind = ColumnKind::kBoolean}};
}

std::vector<ColumnSpec> Specs() {
  return {{.key = "title", .headings = {"项目名称"}, .required = true, .max_characters = 40'000, .multiline = true},
          {.key = "total", .headings = {"总投资"}, .kind = ColumnKind::kAmount, .allow_negative = true},
          {.key = "planned", .headings = {"计划投资"}, .kind = ColumnKind::kAmount},
          {.key = "start", .headings = {"开工日期"}, .kind = ColumnKind::kDate},
          {.key = "hectares", .headings = {"公顷"}, .kind = ColumnKind::kDecimal, .scale = 4},
          {.key = "major", .headings = {"重大"}, .kind = ColumnKind::kBoolean}};
}

class Written : public ::testing::TestWithParam<FileFormat> {
 protected:
  std::string Path() const { return directory_.Path(GetParam() == FileFormat::kXlsx ? "a.xlsx" : "a.csv"); }
  absl::Status Write(const std::vector<std::vector<WriteValue>>& rows) const {
    auto writer =
        SheetWriter::Create(Path(), GetParam(), "清单[2022]:/\\很长很长很长很长很长很长很长很长很长很长", Columns());
    RETURN_IF_ERROR(writer.status());
    for (const auto& row : rows) {
      RETURN_IF_ERROR((*writer)->Append(row));
    }
    return (*writer)->Finish();
  }
  TempDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(Formats, Written, ::testing::Values(FileFormat::kXlsx, FileFormat::kCsv));

TEST_P(Written, NowhereIsAnError) {
  EXPECT_EQ(ReasonOf(SheetWriter::Create("/nowhere/a", GetParam(), "", Columns()).status()), "FILE_FAILED");
}

TEST_P(Written, OnAFullDiskSaysSo) {
  auto writer = SheetWriter::Create("/dev/full", GetParam(), "", Columns());
  absl::Status status = writer.status();
  if (status.ok()) {
    status = (*writer)->Finish();
  }
  EXPECT_EQ(ReasonOf(status), "STORAGE_FULL") << status;
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

TEST_P(Written, LeavesNothingWhenNotFinished) {
  {
    auto writer = SheetWriter::Create(Path(), GetParam(), "", Columns());
    ASSERT_TRUE(writer.ok()) << writer.status();
    ASSERT_TRUE((*writer)->Append(std::vector<WriteValue>{std::string("x")}).ok());
  }
  EXPECT_THAT(directory_.Files(), IsEmpty());
}

TEST_P(Written, TextsComeBackAsTexts) {
  const std::vector<std::string> texts = {"=HYPERLINK(\"http://x\")",
                                          "+86",
                                          "-5",
                                          "@SUM(A1)",
                                          "'=1",
                                          "352.7",
                                          "2022-04-20",
                                          "TRUE",
                                          "一,二\"三\"",
                                          "行\n行",
                                          "<r>&amp;</r>",
                                          "_x000D_",
                                          "_x005F_",
                                          "😀𠀀",
                                          " 空格 ",
                                          "000123",
                                          "62000020220420123456"};
  std::vector<std::vector<WriteValue>> rows;
  for (const std::string& text : texts) {
    rows.push_back({text});
  }
  ASSERT_TRUE(Write(rows).ok());
  const Everything all = ReadAll(Path());
  ASSERT_EQ(all.rows.size(), texts.size() + 1) << all.status;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(all.rows[i + 1].cells, std::vector<Cell>{TextCell(texts[i])});
  }
}

TEST_P(Written, ForbiddenCharactersAreLeftOut) {
  ASSERT_TRUE(Write({{std::string("a\0b\x01\x0B\uFFFE\xFF\xED\xA0\x80z", 14)}}).ok());
  EXPECT_EQ(ReadAll(Path()).rows.at(1).cells, std::vector<Cell>{TextCell("abz")});
}

TEST_P(Written, HeadingsNameTheUnit) {
  ASSERT_TRUE(Write({}).ok());
  const Everything all = ReadAll(Path());
  ASSERT_EQ(all.rows.size(), 1u) << all.status;
  EXPECT_EQ(all.rows[0].cells[1].text, "总投资（亿元）");
  EXPECT_EQ(all.rows[0].cells[2].text, "计划投资(元)");
}

TEST_P(Written, ValuesComeBackExactly) {
  std::mt19937_64 random(20220420);
  struct Project {
    std::int64_t total, planned, hectares;
    Date start;
    bool major;
  };
  std::vector<Project> projects = {{kMaxFen, kMaxFen - 1, 0, Date::FromDays(-25'540), true},
                                   {-1, 0, 1, Date::FromDays(-25'509), false}};
  std::vector<std::vector<WriteValue>> rows;
  for (int i = 0; i < 500; ++i) {
    const int bits = static_cast<int>(random() % 53);
    const auto fen = static_cast<std::int64_t>((random() >> (63 - bits)) % std::uint64_t{kMaxFen + 1});
    projects.push_back({fen, kMaxFen - fen, static_cast<std::int64_t>(random() % 1'000'000),
                        Date::FromDays(static_cast<int>(random() % 60'000)), random() % 2 == 0});
  }
  for (const Project& p : projects) {
    rows.push_back({std::string("项目"), Fen{p.total}, Fen{p.planned}, p.start, Scaled{p.hectares}, p.major});
  }
  ASSERT_TRUE(Write(rows).ok());
  const std::vector<ColumnSpec> specs = Specs();
  auto table = Table::Open(Path(), {}, specs);
  ASSERT_TRUE(table.ok()) << table.status();
  Row row;
  for (const Project& p : projects) {
    ASSERT_TRUE(*table->Next(row));
    RowValues values(row, table->headings(), specs, table->reader().date_system());
    EXPECT_EQ(values.Fen("total"), p.total);
    EXPECT_EQ(values.Fen("planned"), p.planned);
    EXPECT_EQ(values.Number("hectares"), p.hectares);
    EXPECT_EQ(values.Day("start"), p.start);
    EXPECT_EQ(values.Boolean("major"), p.major);
    EXPECT_THAT(values.violations(), IsEmpty()) << row.number;
  }
  EXPECT_FALSE(*table->Next(row));
}

TEST(WrittenXlsx, RefusesATextThatACellCannotHold) {
  const TempDirectory directory;
  auto writer = SheetWriter::Create(directory.Path("a.xlsx"), FileFormat::kXlsx, "", Columns());
  ASSERT_TRUE(writer.ok());
  const absl::Status status = (*writer)->Append(std::vector<WriteValue>{std::string(32'768, 'x')});
  EXPECT_EQ(ReasonOf(status), "CELL_TEXT_TOO_LONG");
  EXPECT_THAT(std::string(status.message()), HasSubstr("A2"));
}

TEST(WrittenXlsx, KindsOfCells) {
  const TempDirectory directory;
  auto writer = SheetWriter::Create(directory.Path("a.xlsx"), FileFormat::kXlsx, "清单", Columns());
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)
                  ->Append(std::vector<WriteValue>{std::string("项目"), Fen{35'270'000'000}, std::monostate(),
                                                   *Date::Parse("2022-04-20"), Scaled{12'500}, true})
                  .ok());
  ASSERT_TRUE((*writer)->Finish().ok());
  const Everything all = ReadAll(directory.Path("a.xlsx"));
  EXPECT_THAT(all.rows.at(1).cells,
              ::testing::ElementsAre(TextCell("项目"), testing::NumberCell("3.527"), Cell(), testing::DateCell("44671"),
                                     testing::NumberCell("1.25"), TextCell("是")));
}

TEST(WrittenCsv, Bytes) {
  const TempDirectory directory;
  auto writer = SheetWriter::Create(directory.Path("a.csv"), FileFormat::kCsv, "", Columns());
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE((*writer)
                  ->Append(std::vector<WriteValue>{std::string("=1+1,\"x\""), Fen{-35'270'000'000}, Fen{1},
                                                   *Date::Parse("2022-04-20"), Scaled{-12'500}, false})
                  .ok());
  ASSERT_TRUE((*writer)->Finish().ok());
  EXPECT_EQ(ReadFile(directory.Path("a.csv")),
            "\xEF\xBB\xBF项目名称,总投资（亿元）,计划投资(元),开工日期,公顷,重大\r\n"
            "\"'=1+1,\"\"x\"\"\",-3.527,0.01,2022-04-20,-1.25,否\r\n");
}

// The library's own file of rows is bounded here, as a full disk bounds it; the workbook itself would fit.
TEST(SheetWriter, RowsThatDoNotFitOnTheDiskAreAnError) {
  const TempDirectory directory;
  auto writer = SheetWriter::Create(directory.Path("full.xlsx"), FileFormat::kXlsx, "清单", Columns());
  ASSERT_TRUE(writer.ok()) << writer.status();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit tight{64 << 10, before.rlim_max};
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  absl::Status status;
  for (int row = 0; row < 5000 && status.ok(); ++row) status = (*writer)->Append(std::vector<WriteValue>{"同一行"});
  if (status.ok()) status = (*writer)->Finish();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, ignored);
  EXPECT_THAT(ReasonOf(status), ::testing::AnyOf("FILE_FAILED", "STORAGE_FULL")) << status;
}

}  // namespace
}  // namespace yaoshi::sheet

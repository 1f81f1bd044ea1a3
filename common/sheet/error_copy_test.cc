#include "common/sheet/error_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "common/sheet/headings.h"
#include "common/sheet/table.h"
#include "common/sheet/test_files.h"
#include "common/status/status.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

using testing::AddStyles;
using testing::DateCell;
using ::testing::ElementsAre;
using testing::Everything;
using testing::NumberCell;
using testing::Parts;
using testing::ReadAll;
using testing::TempDirectory;
using testing::TextCell;
using testing::WriteZip;

CellViolation Wrong(std::uint32_t row, std::optional<std::size_t> column, std::string chinese) {
  return {.row = row, .column = column, .key = "", .reason = "X", .text = "", .chinese = std::move(chinese)};
}

TEST(ErrorCopy, OfAFileThatCannotBeReadIsAnErrorAndNoFile) {
  const TempDirectory directory;
  const std::string input = directory.Write("a.csv", "a\n\"b");
  EXPECT_EQ(ReasonOf(WriteErrorCopy(input, {}, {}, 1, directory.Path("b.xlsx"))), "CSV_NOT_WELL_FORMED");
  EXPECT_THAT(directory.Files(), ElementsAre("a.csv"));
  EXPECT_EQ(ReasonOf(WriteErrorCopy(directory.Write("a.csv", "a\n"), {}, {}, 1, "/nowhere/b.xlsx")), "FILE_FAILED");
}

TEST(ErrorCopy, HasTheSameValuesAndTheErrors) {
  const TempDirectory directory;
  Parts parts = testing::WorkbookParts(
      R"(<row r="1"><c r="A1" t="inlineStr"><is><t>清单</t></is></c></row>)"
      R"(<row r="3"><c r="A3" t="inlineStr"><is><t>项目名称</t></is></c><c r="B3" t="inlineStr"><is><t>总投资</t></is></c></row>)"
      R"(<row r="4"><c r="A4" t="inlineStr"><is><t>=1+1</t></is></c><c r="B4"><v>352.69999999999999</v></c><c r="C4" s="1"><v>43209</v></c></row>)"
      R"(<row r="6"><c r="B6" t="b"><v>0</v></c><c r="C6" t="e"><v>#REF!</v></c></row>)");
  AddStyles(parts, {0, 14});
  std::string& workbook = parts["xl/workbook.xml"];
  workbook = absl::StrReplaceAll(workbook, {{"<sheets>", "<workbookPr date1904=\"1\"/><sheets>"}});
  const ViolationsByRow violations = {{4, {Wrong(4, 1, "第4行B列有误")}},
                                      {6, {Wrong(6, 0, "第6行A列不能为空"), Wrong(6, std::nullopt, "第6行重复")}},
                                      {99, {Wrong(99, 0, "没有这一行")}}};
  const std::string copy = directory.Path("copy.xlsx");
  const absl::Status status = WriteErrorCopy(WriteZip(directory, "a.xlsx", parts), {}, violations, 3, copy);
  ASSERT_TRUE(status.ok()) << status;
  const Everything all = ReadAll(copy);
  ASSERT_EQ(all.rows.size(), 4u) << all.status;
  EXPECT_EQ(all.rows[1].number, 3u);
  EXPECT_THAT(all.rows[1].cells, ElementsAre(TextCell("项目名称"), TextCell("总投资"), Cell(), TextCell("错误说明")));
  EXPECT_EQ(all.rows[2].number, 4u);
  EXPECT_THAT(all.rows[2].cells,
              ElementsAre(TextCell("=1+1"), NumberCell("352.7"), DateCell("44671"), TextCell("第4行B列有误")));
  EXPECT_EQ(all.rows[3].number, 6u);
  EXPECT_THAT(all.rows[3].cells, ElementsAre(Cell(), Cell{Cell::Kind::kBoolean, "FALSE"}, TextCell("#REF!"),
                                             TextCell("第6行A列不能为空；第6行重复")));

  // Corrected and uploaded again: the column of last time is replaced.
  const std::string again = directory.Path("again.xlsx");
  ASSERT_TRUE(WriteErrorCopy(copy, {}, {{6, {Wrong(6, 2, "第6行C列有误")}}}, 3, again).ok());
  const Everything second = ReadAll(again);
  EXPECT_EQ(second.rows[1].cells.size(), 4u);
  EXPECT_EQ(second.rows[2].cells.size(), 3u);
  EXPECT_EQ(second.rows[3].cells[3], TextCell("第6行C列有误"));
}

TEST(ErrorCopy, OfTenThousandWrongRows) {
  const TempDirectory directory;
  std::string text = "项目名称,总投资（万元）,开工日期\n";
  for (int i = 0; i < 10'000; ++i) {
    text += fmt::format("项目{},-{}.123456789,2022-02-30\n", i, i + 1);
  }
  const std::string input = directory.Write("a.csv", text);
  const std::vector<ColumnSpec> specs = {
      {.key = "title", .headings = {"项目名称"}, .required = true},
      {.key = "total", .headings = {"总投资"}, .required = true, .kind = ColumnKind::kAmount},
      {.key = "start", .headings = {"开工日期"}, .kind = ColumnKind::kDate}};
  auto table = Table::Open(input, {}, specs);
  ASSERT_TRUE(table.ok()) << table.status();
  ViolationsByRow violations;
  Row row;
  while (*table->Next(row)) {
    RowValues values(row, table->headings(), specs, table->reader().date_system());
    values.Text("title");
    values.Fen("total");
    values.Day("start");
    violations[row.number] = values.violations();
  }
  ASSERT_EQ(violations.size(), 10'000u);
  const absl::Status status =
      WriteErrorCopy(input, {}, violations, table->headings().last_row, directory.Path("b.xlsx"));
  ASSERT_TRUE(status.ok()) << status;
  const Everything all = ReadAll(directory.Path("b.xlsx"));
  ASSERT_EQ(all.rows.size(), 10'001u);
  EXPECT_EQ(all.rows[10'000].cells[3].text,
            "第10001行B列“总投资（万元）”：“-10000.123456789”为负数，金额不得小于0；"
            "第10001行C列“开工日期”：“2022-02-30”日期不存在，或不在1900年至2199年之间");
}

}  // namespace
}  // namespace yaoshi::sheet

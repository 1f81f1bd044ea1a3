#include "common/sheet/headings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/sheet/row_values.h"
#include "common/sheet/table.h"
#include "common/sheet/test_files.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::NumberCell;
using testing::TempDirectory;
using testing::TextCell;
using testing::TextRow;

std::vector<ColumnSpec> Specs() {
  std::vector<ColumnSpec> specs(6);
  specs[0] = {.key = "title", .headings = {"项目名称", "名称"}, .required = true, .value_required = true};
  specs[1] = {.key = "total", .headings = {"总投资"}, .required = true, .kind = ColumnKind::kAmount};
  specs[2] = {.key = "planned",
              .headings = {"2022年计划投资", "年度计划投资/合计", "当年计划投资"},
              .kind = ColumnKind::kAmount};
  specs[3] = {.key = "central", .headings = {"年度计划投资/中央"}, .kind = ColumnKind::kAmount};
  specs[4] = {.key = "start", .headings = {"计划开工时间"}, .kind = ColumnKind::kDate, .allow_month = true};
  specs[5] = {.key = "nature",
              .headings = {"建设性质(新建/续建)", "建设性质"},
              .kind = ColumnKind::kEnum,
              .labels = {{"新建", "NEW"}, {"续建", "CONTINUED"}}};
  return specs;
}

// "title:A total:C" of what was matched.
std::string Columns(const Headings& headings, const std::vector<ColumnSpec>& specs) {
  std::string columns;
  for (const MatchedColumn& column : headings.columns) {
    columns += (columns.empty() ? "" : " ") + specs[column.spec].key + ":" + ColumnLetters(column.column);
  }
  return columns;
}

TEST(Headings, MissingOnesAreListedWithWhatWasFound) {
  const std::vector<ColumnSpec> specs = Specs();
  const std::vector<Row> rows = {TextRow(1, {"2022年投资项目清单"}), TextRow(3, {"序号", "项目名", "总投资额"}),
                                 TextRow(4, {"1", "定西市污水处理厂", "352.7"})};
  const absl::Status status = MatchHeadings(rows, specs).status();
  EXPECT_EQ(ReasonOf(status), "HEADINGS_NOT_FOUND");
  EXPECT_EQ(MetadataOf(status, "missing"), "项目名称,总投资");
  EXPECT_EQ(MetadataOf(status, "row"), "3");
  EXPECT_THAT(std::string(status.message()), HasSubstr("总投资额"));

  const absl::Status half = MatchHeadings(std::vector<Row>{TextRow(5, {"项目名称", "投资"})}, specs).status();
  EXPECT_EQ(MetadataOf(half, "missing"), "总投资");
  EXPECT_EQ(ReasonOf(MatchHeadings({}, specs).status()), "HEADINGS_NOT_FOUND");
}

TEST(Headings, TwoThatMeanTheSameAreRefused) {
  const std::vector<ColumnSpec> specs = Specs();
  const std::vector<Row> rows = {TextRow(2, {"项目名称", "总投资（万元）", "总投资（亿元）"})};
  const absl::Status status = MatchHeadings(rows, specs).status();
  EXPECT_EQ(ReasonOf(status), "DUPLICATE_HEADING");
  EXPECT_EQ(MetadataOf(status, "first"), "B2");
  EXPECT_EQ(MetadataOf(status, "second"), "C2");
  // One that fits better wins.
  const auto better =
      MatchHeadings(std::vector<Row>{TextRow(2, {"项目名称", "总投资(估算)", "总投资(概算)", "总投资"})}, specs);
  ASSERT_TRUE(better.ok()) << better.status();
  EXPECT_EQ(Columns(*better, specs), "title:A total:D");
}

TEST(Headings, AreMatchedWhateverTheirWidthSpacesAndBrackets) {
  const std::vector<ColumnSpec> specs = Specs();
  for (const std::string heading :
       {"总投资", " 总 投 资 ", "总投资\n（万元）", "总投资(万元)", "总投资【万元】", "*总投资[ 万元 ]", "总投资:万元",
        "总投资/万元", "总投资万元", "总投资（单位：万元）", "总投资（含税）"}) {
    const auto found = MatchHeadings(std::vector<Row>{TextRow(1, {"项目名称", heading})}, specs);
    ASSERT_TRUE(found.ok()) << heading << found.status();
    EXPECT_EQ(Columns(*found, specs), "title:A total:B") << heading;
    EXPECT_EQ(found->columns[1].unit, AmountUnit::kWan) << heading;
  }
}

TEST(Headings, SayTheUnit) {
  const std::vector<ColumnSpec> specs = Specs();
  const auto unit = [&](const std::string& heading, const std::string& above) {
    const auto found = MatchHeadings(
        std::vector<Row>{TextRow(1, {"清单"}), TextRow(2, {"", "", above}), TextRow(3, {"项目名称", heading})}, specs);
    EXPECT_TRUE(found.ok()) << found.status();
    return UnitName(found->columns[1].unit);
  };
  EXPECT_EQ(unit("总投资（亿元）", ""), "亿元");
  EXPECT_EQ(unit("总投资(元)", ""), "元");
  EXPECT_EQ(unit("总投资（千元）", "单位：亿元"), "千元");
  EXPECT_EQ(unit("总投资", "单位：亿元、公顷"), "亿元");
  EXPECT_EQ(unit("总投资", "金额单位: 元"), "元");
  EXPECT_EQ(unit("总投资", "单位：万元、亿元"), "万元");
  EXPECT_EQ(unit("总投资", "填报单位：发改委"), "万元");
}

TEST(Headings, OfTwoRowsUnderMergedGroups) {
  const std::vector<ColumnSpec> specs = Specs();
  const std::vector<Row> rows = {TextRow(1, {"定西市2022年投资项目清单"}),
                                 TextRow(3, {"序号", "项目名称", "总投资", "年度计划投资（亿元）", "", "", "备注"}),
                                 TextRow(4, {"", "", "", "合计", "中央", "地方（万元）"}),
                                 TextRow(5, {"1", "定西市污水处理厂", "3", "2", "1", "1", "无"})};
  const auto found = MatchHeadings(rows, specs);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->title, "定西市2022年投资项目清单");
  EXPECT_EQ(found->last_row, 4u);
  EXPECT_EQ(Columns(*found, specs), "title:B total:C planned:D central:E");
  EXPECT_EQ(found->Find(2)->unit, AmountUnit::kYi);
  EXPECT_EQ(found->Find(2)->heading, "年度计划投资（亿元）/合计");
  EXPECT_EQ(found->Find(1)->unit, AmountUnit::kWan);
  EXPECT_THAT(found->unknown, ElementsAre("序号", "年度计划投资（亿元）/地方（万元）", "备注"));
  EXPECT_EQ(found->Find(4), nullptr);
}

TEST(Headings, ASubHeadingRowThatIsUnknownIsNoDataEither) {
  const std::vector<ColumnSpec> specs = Specs();
  const std::vector<Row> rows = {TextRow(1, {"项目名称", "总投资", "前期手续", ""}),
                                 TextRow(2, {"", "", "立项", "用地"}), TextRow(3, {"污水处理厂", "3", "是", "否"})};
  EXPECT_EQ(MatchHeadings(rows, specs)->last_row, 2u);
  // Data below a single heading row is not taken for sub-headings, even when all of it is text.
  const std::vector<Row> data = {TextRow(1, {"项目名称", "总投资"}), TextRow(2, {"污水处理厂", "3", "备注"})};
  EXPECT_EQ(MatchHeadings(data, specs)->last_row, 1u);
}

TEST(Headings, ASavedMappingOverrides) {
  const std::vector<ColumnSpec> specs = Specs();
  const std::vector<Row> rows = {TextRow(1, {"工程", "总投资", "概算（亿元）", "建设性质"})};
  const auto mapped = MatchHeadings(rows, specs, {{"工程", "title"}, {"概算(亿元)", "total"}, {"总投资", ""}});
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  EXPECT_EQ(Columns(*mapped, specs), "title:A total:C nature:D");
  EXPECT_EQ(mapped->Find(1)->unit, AmountUnit::kYi);
  EXPECT_THAT(mapped->unknown, ElementsAre("总投资"));
  const absl::Status unknown = MatchHeadings(rows, specs, {{"工程", "name"}}).status();
  EXPECT_EQ(ReasonOf(unknown), "UNKNOWN_MAPPING_KEY");

  // What was matched once can be saved and matches again.
  HeadingMapping saved;
  for (const MatchedColumn& column : mapped->columns) {
    saved[column.heading] = specs[column.spec].key;
  }
  EXPECT_EQ(Columns(*MatchHeadings(rows, specs, saved), specs), "title:A total:C nature:D");
}

TEST(TotalRow, IsRecognised) {
  EXPECT_TRUE(IsTotalRow(TextRow(9, {"", "合 计", "5"})));
  EXPECT_TRUE(IsTotalRow(TextRow(9, {"一", "总计"})));
  EXPECT_FALSE(IsTotalRow(TextRow(9, {"1", "污水处理厂", "5", "合计"})));
  EXPECT_FALSE(IsTotalRow(Row()));
}

TEST(Table, GivesTheRowsBelowTheHeadings) {
  const TempDirectory directory;
  const std::vector<ColumnSpec> specs = Specs();
  std::string text = "清单,\n\n项目名称,总投资（万元）,计划开工时间\n";
  for (int i = 0; i < 40; ++i) {
    text += "项目" + std::to_string(i) + ",352.7,2022年4月\n";
  }
  auto table = Table::Open(directory.Write("a.csv", text), {}, specs);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(table->headings().last_row, 3u);
  Row row;
  std::vector<std::uint32_t> numbers;
  while (*table->Next(row)) {
    numbers.push_back(row.number);
  }
  ASSERT_EQ(numbers.size(), 40u);
  EXPECT_EQ(numbers.front(), 4u);
  EXPECT_EQ(numbers.back(), 43u);
}

TEST(RowValues, ReportsEveryWrongCellWithItsPlace) {
  const std::vector<ColumnSpec> specs = Specs();
  const std::vector<Row> rows = {
      TextRow(1, {"项目名称", "总投资（亿元）", "当年计划投资", "计划开工时间", "建设性质"})};
  const auto headings = MatchHeadings(rows, specs);
  ASSERT_TRUE(headings.ok()) << headings.status();
  Row row{12,
          {TextCell(" "), NumberCell("-5"), NumberCell("0.5"), TextCell("2022-02-30"),
           TextCell("在建，但是停工了很久很久很久很久很久很久很久")}};
  RowValues values(row, *headings, specs, DateSystem::k1900);
  EXPECT_FALSE(values.Has("title"));
  EXPECT_TRUE(values.Has("total"));
  EXPECT_FALSE(values.Has("central"));
  EXPECT_EQ(values.Text("title"), std::nullopt);
  EXPECT_EQ(values.Fen("total"), std::nullopt);
  EXPECT_EQ(values.Fen("planned"), 500'000);
  EXPECT_EQ(values.Fen("central"), std::nullopt);
  EXPECT_EQ(values.Day("start"), std::nullopt);
  EXPECT_EQ(values.Enum("nature"), std::nullopt);
  values.Reject("planned", {"PLANNED_ABOVE_TOTAL", "is more than the total", "超过总投资"});
  values.Reject("", {"ROW_IS_ODD", "is odd", "有问题"});
  std::vector<std::string> texts;
  for (const CellViolation& violation : values.violations()) {
    texts.push_back(violation.text);
  }
  EXPECT_THAT(
      texts,
      ElementsAre(
          "Row 12, column A \"项目名称\": \" \" is empty; fill it in.",
          "Row 12, column B \"总投资（亿元）\": \"-5\" is negative; amounts are 0 or more.",
          HasSubstr("Row 12, column D \"计划开工时间\": \"2022-02-30\" is a day that does not exist"),
          HasSubstr("column E \"建设性质\": \"在建，但是停工了很久很久很久很久很久很…\" is unknown; one of 新建、续建"),
          "Row 12, column C \"当年计划投资\": \"0.5\" is more than the total.", "Row 12 is odd."));
  EXPECT_EQ(values.violations()[1].chinese, "第12行B列“总投资（亿元）”：“-5”为负数，金额不得小于0");
  EXPECT_EQ(ToFieldViolation(values.violations()[1]).field, "rows[12].total");
  EXPECT_EQ(ToFieldViolation(values.violations()[5]).field, "rows[12]");
}

}  // namespace
}  // namespace yaoshi::sheet

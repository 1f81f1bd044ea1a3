#include "common/sheet/csv_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iconv.h>

#include <string>

#include "common/sheet/csv_text.h"
#include "common/sheet/test_files.h"
#include "common/status/status.h"

namespace yaoshi::sheet {
namespace {

using ::testing::ElementsAre;
using testing::Everything;
using ::testing::HasSubstr;
using testing::ReadAll;
using testing::TempDirectory;
using testing::TextRow;

std::string ToGb18030(std::string text) {
  const iconv_t handle = iconv_open("GB18030", "UTF-8");
  std::string converted(text.size() * 2 + 16, '\0');
  char* in = text.data();
  std::size_t in_left = text.size();
  char* out = converted.data();
  std::size_t out_left = converted.size();
  EXPECT_NE(iconv(handle, &in, &in_left, &out, &out_left), std::size_t(-1));
  iconv_close(handle);
  converted.resize(converted.size() - out_left);
  return converted;
}

Everything ReadCsv(std::string_view bytes, const ReadOptions& options = {}) {
  const TempDirectory directory;
  return ReadAll(directory.Write("a.csv", bytes), options);
}

TEST(Csv, IsRefusedWithThePlace) {
  const struct {
    std::string bytes;
    std::string reason;
    std::string place;
  } cases[] = {
      {"a,b\n1,\"two\n", "CSV_NOT_WELL_FORMED", "cell B2"},
      {"a,b\n\"x\"y,2\n", "CSV_NOT_WELL_FORMED", "cell A2"},
      {"\xEF\xBB\xBF项目,b\n1,2\n3,\xB6\xA8\xCE\xF7\n", "BAD_UTF8", "cell B3"},
      {"项目名称和建设内容\n定西市\xFF安定区\n", "BAD_UTF8", "cell A2"},
      {"a,b\n\xFF\xFF\xFF,2\n", "BAD_UTF8", "cell A2"},
      {"a\n" + std::string(32'768, 'x') + "\n", "CELL_TEXT_TOO_LONG", "cell A2"},
      {"a\n\"" + std::string(200'000, 'x'), "CELL_TEXT_TOO_LONG", "cell A2"},
  };
  for (const auto& c : cases) {
    const Everything all = ReadCsv(c.bytes);
    EXPECT_EQ(ReasonOf(all.status), c.reason) << c.bytes.substr(0, 60);
    EXPECT_THAT(std::string(all.status.message()), HasSubstr(c.place)) << c.bytes.substr(0, 60);
  }
}

TEST(Csv, LimitsRowsAndColumns) {
  ReadOptions options;
  options.limits.rows = 2;
  options.limits.columns = 2;
  EXPECT_EQ(ReasonOf(ReadCsv("a\nb\nc\n", options).status), "TOO_MANY_ROWS");
  EXPECT_TRUE(ReadCsv("a\n\n,,\nb\n\n", options).status.ok());
  EXPECT_EQ(ReasonOf(ReadCsv("a,b,c\n", options).status), "TOO_MANY_COLUMNS");
  EXPECT_TRUE(ReadCsv("a,b,,,\n", options).status.ok());
}

TEST(Csv, HasOneSheetWithoutAName) {
  ReadOptions options;
  options.sheet = "清单";
  EXPECT_EQ(ReasonOf(ReadCsv("a\n", options).status), "SHEET_NOT_FOUND");
}

TEST(Csv, QuotesLineBreaksAndBlankRecords) {
  for (const std::string mark : {"", "\xEF\xBB\xBF"}) {
    const Everything all = ReadCsv(mark + "项目名称,内容\r\n\"东,\"\"西\"\"\",\"一\r\n二\"\r\n\r\n,,\n 三 ,四\r五");
    ASSERT_TRUE(all.status.ok()) << all.status;
    EXPECT_THAT(all.rows, ElementsAre(TextRow(1, {"项目名称", "内容"}), TextRow(2, {"东,\"西\"", "一\r\n二"}),
                                      TextRow(5, {" 三 ", "四"}), TextRow(6, {"五"})));
  }
}

TEST(Csv, InGb18030IsConverted) {
  const std::string text = "项目名称,总投资（万元）\r\n定西市安定区㐂𠀀工程,352.7\r\n";
  const Everything utf8 = ReadCsv(text);
  const Everything gb = ReadCsv(ToGb18030(text));
  ASSERT_TRUE(gb.status.ok()) << gb.status;
  EXPECT_EQ(gb.rows, utf8.rows);
  // Characters of two bytes lie across the border of each piece read.
  std::string long_text = "a";
  for (int i = 0; i < 30'000; ++i) {
    long_text += i % 50 == 49 ? "\n" : "陇西县，";
  }
  EXPECT_EQ(ReadCsv(ToGb18030(long_text)).rows, ReadCsv(long_text).rows);
}

TEST(Csv, StreamsUtf8AcrossPieces) {
  std::string text;
  for (int i = 0; i < 60'000; ++i) {
    text += i % 40 == 39 ? "\n" : "漳县x";
  }
  const Everything all = ReadCsv(text);
  ASSERT_TRUE(all.status.ok()) << all.status;
  EXPECT_EQ(all.rows.size(), 1500u);
}

TEST(CsvText, GuardsFormulasAndGivesThemBack) {
  for (const std::string text : {"=1+1", "+86", "-5", "@x", "\tx", "\rx", "'=1", "''=1"}) {
    EXPECT_EQ(WithFormulaGuard(text), "'" + text);
    EXPECT_EQ(WithoutFormulaGuard("'" + text), text);
  }
  for (const std::string text : {"", "项目", "'quoted'", "a=1"}) {
    EXPECT_EQ(WithFormulaGuard(text), text);
    EXPECT_EQ(WithoutFormulaGuard(text), text);
  }
  EXPECT_EQ(QuoteCsv("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(QuoteCsv("x "), "\"x \"");
  EXPECT_EQ(QuoteCsv("x;y"), "x;y");
}

}  // namespace
}  // namespace yaoshi::sheet

#include "common/sheet/workbook_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_replace.h"
#include "common/sheet/test_files.h"
#include "common/status/status.h"
#include "fmt/format.h"

namespace yaoshi::sheet {
namespace {

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;
using testing::AddSharedStrings;
using testing::AddStyles;
using testing::DateCell;
using ::testing::ElementsAre;
using testing::Everything;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::NumberCell;
using testing::Parts;
using testing::ReadAll;
using testing::ReadFile;
using testing::TempDirectory;
using testing::TextCell;
using testing::WriteWorkbook;
using testing::WriteZip;

constexpr std::string_view kOneRow = R"(<row r="1"><c r="A1" t="inlineStr"><is><t>项目名称</t></is></c></row>)";

std::string Utf16(std::string_view text) {
  std::string wide;
  for (const char c : text) {
    wide += c;
    wide += '\0';
  }
  return wide;
}

// ---- Files that are no workbook

TEST(RefusedFile, SaysWhatTheFileIsInstead) {
  const std::string ole = std::string("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8) + std::string(600, '\0');
  const struct {
    std::string name;
    std::string bytes;
    std::string reason;
    std::string text;
  } cases[] = {
      {"empty.xlsx", "", "NOT_A_WORKBOOK", "empty"},
      {"empty-zip.xlsx", "PK\x05\x06" + std::string(18, '\0'), "NOT_A_WORKBOOK", "empty"},
      {"renamed-pdf.xlsx", "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n", "NOT_A_WORKBOOK", "PDF"},
      {"renamed-page.xlsx", "\r\n<HTML><table><tr><td>1</td></tr></table>", "NOT_A_WORKBOOK", "web page"},
      {"renamed-page.csv", "\xEF\xBB\xBF<!DOCTYPE html><html>", "NOT_A_WORKBOOK", "web page"},
      {"2003.xls", "<?xml version=\"1.0\"?><Workbook/>", "NOT_A_WORKBOOK", "XML"},
      {"unicode.csv", "\xFF\xFE" + Utf16("a,b"), "NOT_A_WORKBOOK", "UTF-16"},
      {"binary.csv", "a,b\n\0c"s + "\n", "NOT_A_WORKBOOK", "binary"},
      {"plain.xlsx", "项目名称,总投资\n", "NOT_A_WORKBOOK", "plain text"},
      {"old.xls", ole + Utf16("Workbook"), "NOT_A_WORKBOOK", ".xls"},
      {"word.doc", ole + Utf16("WordDocument"), "NOT_A_WORKBOOK", "Word"},
      {"locked.xlsx", ole + Utf16("EncryptedPackage"), "ENCRYPTED_WORKBOOK", "password"},
      {"locked2.xlsx", ole + std::string(65'000 - 8 - 600, ' ') + Utf16("EncryptedPackage") + Utf16("Workbook"),
       "ENCRYPTED_WORKBOOK", "password"},
      {"header-only.xlsx", ole, "ENCRYPTED_WORKBOOK", "password"},
      {"cut.xlsx", "PK\x03\x04" + std::string(200, 'x'), "NOT_A_WORKBOOK", "cut off"},
  };
  const TempDirectory directory;
  for (const auto& c : cases) {
    ReadOptions options;
    options.file_name = c.name;
    const auto reader = WorkbookReader::Open(directory.Write(c.name, c.bytes), options);
    EXPECT_EQ(ReasonOf(reader.status()), c.reason) << c.name << ": " << reader.status();
    EXPECT_THAT(std::string(reader.status().message()), HasSubstr(c.text)) << c.name;
  }
}

TEST(RefusedFile, IsNotThere) {
  const auto reader = WorkbookReader::Open("/nowhere/at/all.xlsx", {});
  EXPECT_EQ(ReasonOf(reader.status()), "FILE_FAILED");
  EXPECT_THAT(std::string(reader.status().message()), ::testing::Not(HasSubstr("nowhere")));
}

TEST(RefusedFile, IsLargerThanTheLimitWhichIsNamed) {
  const TempDirectory directory;
  ReadOptions options;
  options.limits.file_bytes = 100;
  const auto reader = WorkbookReader::Open(directory.Write("a.csv", std::string(101, 'x')), options);
  EXPECT_EQ(ReasonOf(reader.status()), "FILE_TOO_LARGE");
  EXPECT_EQ(reader.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(MetadataOf(reader.status(), "limit"), "100");
}

TEST(RefusedFile, IsTruncatedAnywhere) {
  const TempDirectory directory;
  const std::string whole = ReadFile(WriteWorkbook(directory, kOneRow));
  for (std::size_t size = 30; size < whole.size(); size += 97) {
    const Everything all = ReadAll(directory.Write("cut.xlsx", whole.substr(0, size)));
    EXPECT_EQ(ReasonOf(all.status), "NOT_A_WORKBOOK") << size << all.status;
  }
}

TEST(RefusedFile, HasAnEncryptedPart) {
  const TempDirectory directory;
  std::string bytes = ReadFile(WriteWorkbook(directory, kOneRow));
  // Bit 0 of the general purpose flags of each central directory entry.
  for (std::size_t at = bytes.find("PK\x01\x02"); at != std::string::npos; at = bytes.find("PK\x01\x02", at + 4)) {
    bytes[at + 8] = static_cast<char>(bytes[at + 8] | 1);
  }
  EXPECT_EQ(ReasonOf(ReadAll(directory.Write("locked.xlsx", bytes)).status), "ENCRYPTED_WORKBOOK");
}

TEST(RefusedFile, CarriesMacros) {
  const TempDirectory directory;
  for (const std::string part : {"xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml"}) {
    Parts parts = testing::WorkbookParts(kOneRow);
    parts[part] = "x";
    EXPECT_EQ(ReasonOf(ReadAll(WriteZip(directory, "macro.xlsx", parts)).status), "MACRO_WORKBOOK") << part;
  }
}

TEST(RefusedFile, IsAZipOfSomethingElse) {
  const TempDirectory directory;
  EXPECT_EQ(ReasonOf(ReadAll(WriteZip(directory, "a.xlsx", {{"word/document.xml", "<w/>"}})).status), "NOT_A_WORKBOOK");
  EXPECT_EQ(ReasonOf(ReadAll(WriteZip(directory, "b.xlsx", {{"xl/workbook.bin", "x"}})).status), "NOT_A_WORKBOOK");
  Parts parts = testing::WorkbookParts(kOneRow);
  parts.erase("xl/worksheets/sheet1.xml");
  const absl::Status status = ReadAll(WriteZip(directory, "c.xlsx", parts)).status;
  EXPECT_EQ(ReasonOf(status), "NOT_A_WORKBOOK");
  EXPECT_EQ(MetadataOf(status, "part"), "xl/worksheets/sheet1.xml");
}

TEST(RefusedFile, HasDamagedBytesInAPart) {
  const TempDirectory directory;
  std::string many;
  for (int i = 1; i <= 2000; ++i) {
    many += fmt::format(R"(<row r="{0}"><c r="A{0}"><v>{1}</v></c></row>)", i, i * 7919 % 10007);
  }
  std::string bytes = ReadFile(WriteWorkbook(directory, many));
  const std::size_t at = bytes.find("xl/worksheets/sheet1.xml") + 3000;
  for (std::size_t i = at; i < at + 40; ++i) {
    bytes[i] = static_cast<char>(bytes[i] ^ 0x5A);
  }
  EXPECT_EQ(ReasonOf(ReadAll(directory.Write("damaged.xlsx", bytes)).status), "NOT_A_WORKBOOK");
}

// ---- Zip bombs

TEST(ZipBomb, StopsAtTheLimitWhateverTheHeadersSay) {
  const TempDirectory directory;
  const std::string blanks(std::size_t{40} << 20, ' ');
  Parts parts = testing::WorkbookParts(std::string(kOneRow) + blanks);
  const std::string path = WriteZip(directory, "bomb.xlsx", parts);
  const auto reason_with = [&](const Limits& limits, const std::string& file) {
    ReadOptions options;
    options.limits = limits;
    return ReasonOf(ReadAll(file, options).status);
  };
  EXPECT_EQ(reason_with({}, path), "WORKBOOK_TOO_LARGE_INSIDE");  // by ratio
  Limits by_part;
  by_part.ratio = 5000;
  by_part.part_bytes = std::int64_t{4} << 20;
  EXPECT_EQ(reason_with(by_part, path), "WORKBOOK_TOO_LARGE_INSIDE");
  Limits by_total;
  by_total.ratio = 5000;
  by_total.total_bytes = std::int64_t{4} << 20;
  EXPECT_EQ(reason_with(by_total, path), "WORKBOOK_TOO_LARGE_INSIDE");
  Limits generous;
  generous.ratio = 5000;
  EXPECT_EQ(reason_with(generous, path), "");

  // The central directory says that every part has 100 bytes.
  std::string lying = ReadFile(path);
  for (std::size_t at = lying.find("PK\x01\x02"); at != std::string::npos; at = lying.find("PK\x01\x02", at + 4)) {
    lying.replace(at + 24, 4, "\x64\0\0\0"sv);
  }
  ReadOptions options;
  options.limits.ratio = 5000;
  options.limits.part_bytes = std::int64_t{4} << 20;
  const auto reader = WorkbookReader::Open(directory.Write("lying.xlsx", lying), options);
  Row row;
  absl::Status status = reader.status();
  while (status.ok()) {
    status = (*reader)->Next(row).status();
  }
  EXPECT_THAT(ReasonOf(status), ::testing::AnyOf("WORKBOOK_TOO_LARGE_INSIDE", "NOT_A_WORKBOOK"));
}

TEST(ZipBomb, OfManyParts) {
  const TempDirectory directory;
  Parts parts = testing::WorkbookParts(kOneRow);
  for (int i = 0; i < 50; ++i) {
    parts[fmt::format("xl/media/{}.png", i)] = "x";
  }
  ReadOptions options;
  options.limits.parts = 40;
  EXPECT_EQ(ReasonOf(ReadAll(WriteZip(directory, "many.xlsx", parts), options).status), "WORKBOOK_TOO_LARGE_INSIDE");
}

TEST(ZipBomb, OfOneLongTextUsedOften) {
  const TempDirectory directory;
  std::string rows;
  for (int i = 1; i <= 200; ++i) {
    rows += fmt::format(R"(<row r="{0}"><c r="A{0}" t="s"><v>0</v></c></row>)", i);
  }
  Parts parts = testing::WorkbookParts(rows);
  AddSharedStrings(parts, "<si><t>" + std::string(30'000, 'x') + "</t></si>");
  ReadOptions options;
  options.limits.text_bytes = 1'000'000;
  EXPECT_EQ(ReasonOf(ReadAll(WriteZip(directory, "a.xlsx", parts), options).status), "WORKBOOK_TOO_LARGE_INSIDE");
}

// ---- XML

TEST(HostileXml, DeclaresEntities) {
  const TempDirectory directory;
  const std::string laughs =
      R"(<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>)";
  for (const std::string part : {"xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}) {
    Parts parts = testing::WorkbookParts(kOneRow);
    parts[part] = absl::StrReplaceAll(parts[part], {{"?>", "?>" + laughs}});
    EXPECT_EQ(ReasonOf(ReadAll(WriteZip(directory, "dtd.xlsx", parts)).status), "XML_DTD_REFUSED") << part;
  }
  EXPECT_EQ(ReasonOf(ReadAll(WriteWorkbook(directory, "<row r=\"1\"><c r=\"A1\"><v>&lol;</v></c></row>")).status),
            "XML_NOT_WELL_FORMED");
}

TEST(HostileXml, IsRefusedWithThePlace) {
  const struct {
    std::string rows;
    std::string text;
  } cases[] = {
      {R"(<row r="3"><c r="B3"><v>1</c></row>)", "cell B3"},
      {R"(<row r="3"></row><row r="3"/>)", "row"},
      {R"(<row r="0"/>)", "row"},
      {R"(<row r="1048577"/>)", "row"},
      {R"(<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>)", "row 1"},
      {R"(<row r="1"><c r="ZZZZ1"><v>1</v></c></row>)", "row 1"},
      {R"(<row r="1"><c r="XFE1"><v>1</v></c></row>)", "row 1"},
      {std::string(R"(<row r="1"><c r="A1" x=")") + std::string(2'500'000, 'x') + R"("/></row>)", "longer than"},
      {[] {
         std::string deep;
         for (int i = 0; i < 300; ++i) {
           deep += "<x>";
         }
         return deep;
       }(),
       "levels"},
  };
  const TempDirectory directory;
  for (const auto& c : cases) {
    const absl::Status status = ReadAll(WriteWorkbook(directory, c.rows)).status;
    EXPECT_EQ(ReasonOf(status), "XML_NOT_WELL_FORMED") << c.rows.substr(0, 80);
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.text)) << c.rows.substr(0, 80);
  }
}

TEST(BadUtf8, NamesTheCell) {
  const TempDirectory directory;
  const std::string before = R"(<row r="1"><c r="A1" t="inlineStr"><is><t>好</t></is></c></row>)";
  for (const std::string bad : {"\xFF", "\xC0\xAF", "\xED\xA0\x80", "\xE4\xBD", "\xF4\x90\x80\x80"}) {
    const std::string rows = before + R"(<row r="7"><c r="C7" t="inlineStr"><is><t>城)" + bad + "市</t></is></c></row>";
    const Everything all = ReadAll(WriteWorkbook(directory, rows));
    EXPECT_EQ(ReasonOf(all.status), "BAD_UTF8");
    EXPECT_THAT(std::string(all.status.message()), HasSubstr("cell C7"));
    EXPECT_EQ(all.rows.size(), 1u);
  }
}

TEST(BadUtf8, InASharedStringNamesTheCellThatUsesIt) {
  const TempDirectory directory;
  Parts parts = testing::WorkbookParts(
      R"(<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="D2" t="s"><v>1</v></c></row>)");
  AddSharedStrings(parts, "<si><t>好</t></si><si><t>\xB6\xA8</t></si>");
  const Everything all = ReadAll(WriteZip(directory, "a.xlsx", parts));
  EXPECT_EQ(ReasonOf(all.status), "BAD_UTF8");
  EXPECT_THAT(std::string(all.status.message()), HasSubstr("cell D2"));
  EXPECT_EQ(all.rows.size(), 1u);
}

TEST(CellText, MayHave32767CharactersAndNoMore) {
  const TempDirectory directory;
  const auto rows = [](std::size_t characters) {
    std::string text;
    for (std::size_t i = 0; i < characters; ++i) {
      text += "项";
    }
    return R"(<row r="2"><c r="B2" t="inlineStr"><is><t>)" + text + "</t></is></c></row>";
  };
  EXPECT_TRUE(ReadAll(WriteWorkbook(directory, rows(32'767))).status.ok());
  const absl::Status status = ReadAll(WriteWorkbook(directory, rows(32'768))).status;
  EXPECT_EQ(ReasonOf(status), "CELL_TEXT_TOO_LONG");
  EXPECT_THAT(std::string(status.message()), HasSubstr("cell B2"));
  EXPECT_EQ(ReasonOf(ReadAll(WriteWorkbook(directory, rows(400'000))).status), "CELL_TEXT_TOO_LONG");
}

TEST(Limits, OfRowsAndColumnsCountFilledCellsOnly) {
  const TempDirectory directory;
  ReadOptions options;
  options.limits.rows = 2;
  options.limits.columns = 3;
  const std::string filled = R"(<row r="1"><c r="C1"><v>1</v></c></row><row r="9"><c r="A9"><v>1</v></c></row>)";
  const std::string path = WriteWorkbook(directory, filled + R"(<row r="10"><c r="ZZ10" s="3"/></row><row r="11"/>)");
  EXPECT_EQ(ReadAll(path, options).rows.size(), 2u);
  EXPECT_TRUE(ReadAll(path, options).status.ok());
  EXPECT_EQ(
      ReasonOf(ReadAll(WriteWorkbook(directory, filled + R"(<row r="10"><c><v>1</v></c></row>)"), options).status),
      "TOO_MANY_ROWS");
  const absl::Status wide =
      ReadAll(WriteWorkbook(directory, R"(<row r="4"><c r="D4"><v>1</v></c></row>)"), options).status;
  EXPECT_EQ(ReasonOf(wide), "TOO_MANY_COLUMNS");
  EXPECT_EQ(MetadataOf(wide, "cell"), "D4");
}

TEST(SharedStrings, ThatAreNotThere) {
  const TempDirectory directory;
  for (const std::string index : {"5", "-1", "", "4294967296", "x"}) {
    Parts parts = testing::WorkbookParts(fmt::format(R"(<row r="1"><c r="A1" t="s"><v>{}</v></c></row>)", index));
    AddSharedStrings(parts, "<si><t>a</t></si>");
    const absl::Status status = ReadAll(WriteZip(directory, "a.xlsx", parts)).status;
    EXPECT_EQ(ReasonOf(status), "NOT_A_WORKBOOK") << index;
    EXPECT_THAT(std::string(status.message()), HasSubstr("cell A1")) << index;
  }
}

// ---- What a workbook says

TEST(Workbook, CellsOfEveryKind) {
  const TempDirectory directory;
  Parts parts = testing::WorkbookParts(
      R"(<row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><v>352.69999999999999</v></c><c r="C2" s="1"><v>44671</v></c>)"
      R"(<c r="D2" t="b"><v>1</v></c><c r="E2" t="e"><v>#REF!</v></c><c r="F2" t="str"><f>A1&amp;"x"</f><v>甲x</v></c>)"
      R"(<c r="G2" t="inlineStr"><is><r><t>定</t></r><r><t xml:space="preserve"> 西</t></r></is></c><c r="H2" s="1"/>)"
      R"(<c r="I2"><f>1+1</f><v>2</v></c></row><row r="3" hidden="1"><c><v>7</v></c><c><v>8</v></c></row>)");
  AddSharedStrings(
      parts,
      R"(<si><t>零</t></si><si><r><rPr><b/></rPr><t>东</t></r><r><t>京_x000D_</t></r><rPh sb="0" eb="1"><t>トウ</t></rPh>)"
      R"(<phoneticPr fontId="1"/></si>)");
  AddStyles(parts, {0, 14});
  const Everything all = ReadAll(WriteZip(directory, "a.xlsx", parts));
  ASSERT_TRUE(all.status.ok()) << all.status;
  ASSERT_EQ(all.rows.size(), 2u);
  EXPECT_EQ(all.rows[0].number, 2u);
  EXPECT_THAT(all.rows[0].cells, ElementsAre(TextCell("东京\r"), NumberCell("352.69999999999999"), DateCell("44671"),
                                             Cell{Cell::Kind::kBoolean, "TRUE"}, Cell{Cell::Kind::kError, "#REF!"},
                                             TextCell("甲x"), TextCell("定 西"), Cell(), NumberCell("2")));
  EXPECT_EQ(all.rows[1].number, 3u);
  EXPECT_THAT(all.rows[1].cells, ElementsAre(NumberCell("7"), NumberCell("8")));
}

TEST(Workbook, KnowsDatesByTheirFormat) {
  const TempDirectory directory;
  std::string row = "<row r=\"1\">";
  for (int i = 0; i < 6; ++i) {
    row += fmt::format(R"(<c s="{}"><v>44671</v></c>)", i);
  }
  Parts parts = testing::WorkbookParts(row + "</row>");
  AddStyles(parts, {2, 31, 164, 165, 166, 14},
            {{164, "yyyy\"年\"m\"月\"d\"日\""}, {165, "0.00\"天(d)\""}, {166, "[Red]#,##0_m"}});
  const Everything all = ReadAll(WriteZip(directory, "a.xlsx", parts));
  ASSERT_EQ(all.rows.size(), 1u) << all.status;
  const std::string serial = "44671";
  EXPECT_THAT(all.rows[0].cells, ElementsAre(NumberCell(serial), DateCell(serial), DateCell(serial), NumberCell(serial),
                                             NumberCell(serial), DateCell(serial)));
}

TEST(Workbook, Of1904SaysSo) {
  const TempDirectory directory;
  Parts parts = testing::WorkbookParts(kOneRow);
  std::string& workbook = parts["xl/workbook.xml"];
  workbook = absl::StrReplaceAll(workbook, {{"<sheets>", "<workbookPr date1904=\"1\"/><sheets>"}});
  const auto reader = WorkbookReader::Open(WriteZip(directory, "a.xlsx", parts), {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->date_system(), DateSystem::k1904);
}

TEST(Workbook, OpensTheFirstVisibleSheetOrTheOneNamed) {
  const TempDirectory directory;
  Parts parts = testing::WorkbookParts(kOneRow);
  std::string& workbook = parts["xl/workbook.xml"];
  workbook = absl::StrReplaceAll(
      workbook, {{"<sheets>", R"(<sheets><sheet name="参数" state="veryHidden" sheetId="2" r:id="rId2"/>)"}});
  std::string& rels = parts["xl/_rels/workbook.xml.rels"];
  rels = absl::StrReplaceAll(
      rels, {{"</Relationships>",
              R"(<Relationship Id="rId2" Type="http://x/worksheet" Target="/xl/other/../two.xml"/></Relationships>)"}});
  parts["xl/two.xml"] =
      "<x:worksheet xmlns:x='a'><x:sheetData><x:row><x:c><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>";
  const std::string path = WriteZip(directory, "a.xlsx", parts);
  const auto first = WorkbookReader::Open(path, {});
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ((*first)->sheet(), "清单");
  EXPECT_THAT((*first)->sheets(), ElementsAre(SheetInfo{"参数", false}, SheetInfo{"清单", true}));
  ReadOptions options;
  options.sheet = "参数";
  const Everything hidden = ReadAll(path, options);
  ASSERT_EQ(hidden.rows.size(), 1u) << hidden.status;
  EXPECT_THAT(hidden.rows[0].cells, ElementsAre(NumberCell("5")));
  options.sheet = "没有";
  const absl::Status missing = ReadAll(path, options).status;
  EXPECT_EQ(ReasonOf(missing), "SHEET_NOT_FOUND");
  EXPECT_THAT(std::string(missing.message()), HasSubstr("清单"));
}

TEST(Workbook, IsReadAsAStream) {
  const TempDirectory directory;
  std::string rows;
  for (int i = 1; i <= 50'000; ++i) {
    rows += fmt::format(R"(<row r="{0}"><c r="A{0}"><v>{1}</v></c></row>)", i, (i * 7919) % 1'000'003);
  }
  auto reader = WorkbookReader::Open(WriteWorkbook(directory, rows), {});
  ASSERT_TRUE(reader.ok()) << reader.status();
  int seen = 0;
  ASSERT_TRUE((*reader)->ForEach([&](const Row&) { return ++seen < 10; }).ok());
  EXPECT_EQ(seen, 10);
  // The sheet has 2 MB; of it one piece was inflated.
  EXPECT_LT((*reader)->bytes_read(), 100'000);
  Row row;
  ASSERT_TRUE(*(*reader)->Next(row));
  EXPECT_EQ(row.number, 11u);
}

TEST(Workbook, KeepsManySharedStringsOnDisk) {
  const TempDirectory directory;
  std::string rows;
  std::string strings;
  constexpr int kCount = 5'000;
  for (int i = 0; i < kCount; ++i) {
    // From both ends, so that pages are left and come again.
    rows += fmt::format(R"(<row r="{0}"><c r="A{0}" t="s"><v>{1}</v></c><c r="B{0}" t="s"><v>{2}</v></c></row>)", i + 1,
                        i, kCount - 1 - i);
    strings += fmt::format("<si><t>项目{}{}</t></si>", i, std::string(static_cast<std::size_t>(i % 997), 'x'));
  }
  Parts parts = testing::WorkbookParts(rows);
  AddSharedStrings(parts, strings);
  ReadOptions options;
  options.limits.shared_string_memory_bytes = 10'000;
  const TempDirectory spool;
  options.temp_directory = spool.Path("");
  const std::string path = WriteZip(directory, "a.xlsx", parts);
  const Everything spooled = ReadAll(path, options);
  EXPECT_THAT(spool.Files(), IsEmpty());
  const Everything kept = ReadAll(path);
  ASSERT_EQ(spooled.rows.size(), static_cast<std::size_t>(kCount)) << spooled.status;
  EXPECT_EQ(spooled.rows, kept.rows);
  EXPECT_EQ(spooled.rows[1234].cells[0].text.substr(0, 10), "项目1234");

  options.temp_directory = "/nowhere";
  EXPECT_EQ(ReasonOf(ReadAll(path, options).status), "FILE_FAILED");
}

TEST(Workbook, GivesTheSameErrorAgain) {
  const TempDirectory directory;
  auto reader = WorkbookReader::Open(WriteWorkbook(directory, R"(<row r="1"><c r="A1"><v>1</v></x>)"), {});
  ASSERT_TRUE(reader.ok());
  Row row;
  const absl::Status first = (*reader)->Next(row).status();
  EXPECT_EQ(ReasonOf(first), "XML_NOT_WELL_FORMED");
  EXPECT_EQ((*reader)->Next(row).status(), first);
}

TEST(Workbook, OfRandomBytesNeverCrashes) {
  const TempDirectory directory;
  const std::string whole = ReadFile(WriteWorkbook(directory, kOneRow));
  std::uint32_t seed = 20220420;
  const auto random = [&seed] { return seed = seed * 1664525u + 1013904223u, seed >> 8; };
  for (int round = 0; round < 500; ++round) {
    std::string bytes = whole;
    for (int i = 0; i < 4; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const Everything all = ReadAll(directory.Write("fuzz.xlsx", bytes));
    EXPECT_TRUE(all.status.ok() || !ReasonOf(all.status).empty()) << round;
  }
}

}  // namespace
}  // namespace yaoshi::sheet

// The bulletin as Office Open XML (ECMA-376): A4 with the margins of official documents (GB/T 9704), 仿宋 and 黑体.
#include <zip.h>

#include <memory>
#include <utility>

#include "fmt/format.h"
#include "gateway/views/bulletin.h"

namespace yaoshi::gateway {
namespace {

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

constexpr std::string_view kContentTypes =
    R"(<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/fontTable.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.fontTable+xml"/><Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>)";

constexpr std::string_view kPackageRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>)";

constexpr std::string_view kDocumentRelations =
    R"(<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/fontTable" Target="fontTable.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/></Relationships>)";

constexpr std::string_view kCore =
    R"(<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title><dc:language>zh-CN</dc:language></cp:coreProperties>)";

#define YAOSHI_WORD "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\""
#define YAOSHI_WORD_AND_RELATIONS \
  YAOSHI_WORD " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""

// What stands in where a machine lacks the fonts.
constexpr std::string_view kFonts =
    "<w:fonts " YAOSHI_WORD
    R"(><w:font w:name="仿宋"><w:altName w:val="仿宋_GB2312"/><w:charset w:val="86"/><w:family w:val="modern"/><w:pitch w:val="fixed"/></w:font><w:font w:name="黑体"><w:altName w:val="Noto Sans CJK SC"/><w:charset w:val="86"/><w:family w:val="modern"/><w:pitch w:val="fixed"/></w:font></w:fonts>)";

// Sizes are half points: 三号 is 16 pt, 二号 22 pt, 小四 12 pt; lines are 28 pt apart as official documents have them.
constexpr std::string_view kStyles =
    "<w:styles " YAOSHI_WORD
    R"(><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="仿宋" w:hAnsi="仿宋" w:eastAsia="仿宋" w:cs="Times New Roman"/><w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:before="240" w:after="120"/><w:jc w:val="center"/></w:pPr><w:rPr><w:rFonts w:ascii="黑体" w:hAnsi="黑体" w:eastAsia="黑体"/><w:b/><w:sz w:val="44"/><w:szCs w:val="44"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="DateLine"><w:name w:val="Date Line"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:after="360"/><w:jc w:val="center"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:next w:val="Text"/><w:pPr><w:keepNext/><w:spacing w:before="120" w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:rFonts w:ascii="黑体" w:hAnsi="黑体" w:eastAsia="黑体"/><w:b/></w:rPr></w:style><w:style w:type="paragraph" w:customStyle="1" w:styleId="Text"><w:name w:val="Text"/><w:basedOn w:val="Normal"/><w:pPr><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640"/><w:jc w:val="both"/></w:pPr></w:style><w:style w:type="paragraph" w:customStyle="1" w:styleId="Cell"><w:name w:val="Cell"/><w:basedOn w:val="Normal"/><w:rPr><w:sz w:val="21"/><w:szCs w:val="21"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Footer"><w:name w:val="footer"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr></w:style></w:styles>)";

constexpr std::string_view kFooter =
    "<w:ftr " YAOSHI_WORD
    R"(><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr><w:r><w:t xml:space="preserve">— </w:t></w:r><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>)";

// A4 in twentieths of a point.
constexpr std::string_view kSection =
    R"(<w:sectPr><w:footerReference w:type="default" r:id="rId3"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1587" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr>)";

constexpr int kColumns[] = {750, 2600, 1600, 3895};  // Together the width of the text.

std::string RunOf(const std::string& text, std::string_view properties = "") {
  return fmt::format("<w:r>{}<w:t xml:space=\"preserve\">{}</w:t></w:r>", properties, EscapeMarkup(text));
}

std::string StyledOf(std::string_view style, const std::string& runs) {
  return fmt::format("<w:p><w:pPr><w:pStyle w:val=\"{}\"/></w:pPr>{}</w:p>", style, runs);
}

std::string ParagraphOf(const v1::Bulletin& bulletin, const v1::BulletinParagraph& paragraph) {
  std::string xml = StyledOf("Heading1", RunOf(paragraph.heading()));
  std::string runs;
  for (const auto& run : paragraph.runs()) {
    const int place = PlaceOf(bulletin, run.figure());
    const std::string text = RunOf(run.text());
    runs += place == 0
                ? text
                : fmt::format("<w:hyperlink w:anchor=\"figure_{}\" w:history=\"1\">{}</w:hyperlink>", place, text);
  }
  if (!runs.empty()) xml += StyledOf("Text", runs);
  if (const std::string note = NoteOf(paragraph); !note.empty()) {
    xml += StyledOf("Text", RunOf(note, "<w:rPr><w:color w:val=\"8A1C10\"/></w:rPr>"));
  }
  return xml;
}

std::string CellOf(int column, const std::string& content) {
  return fmt::format("<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/></w:tcPr>{}</w:tc>", kColumns[column],
                     StyledOf("Cell", content));
}

std::string TableOf(const v1::Bulletin& bulletin) {
  if (bulletin.figures_size() == 0) return "";
  std::string xml = StyledOf("Heading1", RunOf("附：指标与口径"));
  xml +=
      R"(<w:tbl><w:tblPr><w:tblW w:w="8845" w:type="dxa"/><w:tblBorders><w:top w:val="single" w:sz="4" w:space="0" w:color="auto"/><w:left w:val="single" w:sz="4" w:space="0" w:color="auto"/><w:bottom w:val="single" w:sz="4" w:space="0" w:color="auto"/><w:right w:val="single" w:sz="4" w:space="0" w:color="auto"/><w:insideH w:val="single" w:sz="4" w:space="0" w:color="auto"/><w:insideV w:val="single" w:sz="4" w:space="0" w:color="auto"/></w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>)";
  for (const int width : kColumns) xml += fmt::format("<w:gridCol w:w=\"{}\"/>", width);
  xml += "</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>";
  int column = 0;
  for (const char* title : {"序号", "指标", "数值", "口径"}) {
    xml += CellOf(column++, RunOf(title, "<w:rPr><w:b/></w:rPr>"));
  }
  xml += "</w:tr>";
  int place = 0;
  for (const auto& figure : bulletin.figures()) {
    ++place;
    const std::string mark =
        fmt::format("<w:bookmarkStart w:id=\"{0}\" w:name=\"figure_{0}\"/>{1}<w:bookmarkEnd w:id=\"{0}\"/>", place,
                    RunOf(std::to_string(place)));
    xml += "<w:tr><w:trPr><w:cantSplit/></w:trPr>" + CellOf(0, mark) + CellOf(1, RunOf(figure.title())) +
           CellOf(2, RunOf(FigureText(figure))) + CellOf(3, RunOf(figure.definition())) + "</w:tr>";
  }
  return xml + "</w:tbl>";
}

std::string DocumentOf(const v1::Bulletin& bulletin) {
  std::string xml = "<w:document " YAOSHI_WORD_AND_RELATIONS "><w:body>";
  xml += StyledOf("Title", RunOf(bulletin.title())) + StyledOf("DateLine", RunOf(bulletin.date_line()));
  for (const auto& paragraph : bulletin.paragraphs()) xml += ParagraphOf(bulletin, paragraph);
  // A table must not be the last of a body.
  xml += TableOf(bulletin) + StyledOf("Cell", "") + std::string(kSection);
  return xml + "</w:body></w:document>";
}

struct ZipParts {
  std::vector<std::pair<std::string, std::string>> parts;  // In memory until the archive is closed.
  void Add(std::string name, std::string_view xml) {
    parts.emplace_back(std::move(name), std::string(kDeclaration) + std::string(xml));
  }
};

absl::Status ZipFailed(std::string_view what) {
  return absl::InternalError(fmt::format("the document cannot be packed ({})", what));
}

// Fills the archive and closes it. Equal parts give equal bytes: the time of the parts is none.
absl::Status Fill(zip_t* archive, const ZipParts& document) {
  for (const auto& [name, bytes] : document.parts) {
    zip_source_t* part = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
    const zip_int64_t index = part == nullptr ? -1 : zip_file_add(archive, name.c_str(), part, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(part);
      zip_discard(archive);
      return ZipFailed(name);
    }
    zip_file_set_dostime(archive, static_cast<zip_uint64_t>(index), 0, 0x21, 0);  // 1980-01-01, the first there is.
  }
  if (zip_close(archive) == 0) return absl::OkStatus();
  zip_discard(archive);
  return ZipFailed("closing");
}

absl::StatusOr<std::string> ReadAll(zip_source_t* buffer) {
  zip_stat_t stat;
  if (zip_source_stat(buffer, &stat) != 0 || zip_source_open(buffer) != 0) return ZipFailed("reading");
  std::string bytes(stat.size, '\0');
  const zip_int64_t got = zip_source_read(buffer, bytes.data(), bytes.size());
  zip_source_close(buffer);
  if (got != static_cast<zip_int64_t>(bytes.size())) return ZipFailed("reading");
  return bytes;
}

absl::StatusOr<std::string> Pack(const ZipParts& document) {
  zip_error_t error;
  zip_error_init(&error);
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> buffer(zip_source_buffer_create(nullptr, 0, 0, &error),
                                                                      zip_source_free);
  if (buffer == nullptr) return ZipFailed("no memory");
  zip_source_keep(buffer.get());  // The archive gives up its own hold when it is closed.
  zip_t* archive = zip_open_from_source(buffer.get(), ZIP_TRUNCATE, &error);
  if (archive == nullptr) {
    zip_source_free(buffer.get());
    return ZipFailed("opening");
  }
  if (absl::Status filled = Fill(archive, document); !filled.ok()) return filled;
  return ReadAll(buffer.get());
}

}  // namespace

absl::StatusOr<BulletinFile> DocxOf(const v1::Bulletin& bulletin) {
  ZipParts document;
  document.Add("[Content_Types].xml", kContentTypes);
  document.Add("_rels/.rels", kPackageRelations);
  document.Add("word/document.xml", DocumentOf(bulletin));
  document.Add("word/_rels/document.xml.rels", kDocumentRelations);
  document.Add("word/styles.xml", kStyles);
  document.Add("word/fontTable.xml", kFonts);
  document.Add("word/footer1.xml", kFooter);
  document.Add("docProps/core.xml", fmt::format(kCore, EscapeMarkup(bulletin.title())));
  absl::StatusOr<std::string> bytes = Pack(document);
  if (!bytes.ok()) return bytes.status();
  return BulletinFile{fmt::format("{}（{}）.docx", bulletin.title(), bulletin.as_of()),
                      "application/vnd.openxmlformats-officedocument.wordprocessingml.document", *std::move(bytes)};
}

}  // namespace yaoshi::gateway

#include "gateway/views/bulletin.h"

#include <expat.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "common/status/status.h"
#include "gateway/testing/golden.h"
#include "yaoshi/registry/v1/list.pb.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::gateway {
namespace {

namespace common = yaoshi::common::v1;
namespace registry = yaoshi::registry::v1;

const Timestamp kNoon = Timestamp::Parse("2022-04-20T04:00:00Z").value();
const Timestamp kMorning = Timestamp::Parse("2022-04-20T01:00:00Z").value();

BulletinQuestion On(const std::string& as_of) {
  return {Date::Parse(as_of).value(), "", "", "621100"};
}

// What the services say; the tests take away and change.
struct World {
  registry::ListListsResponse lists;
  registry::ListOrganizationsResponse directory;
  common::ListFiguresResponse registry_figures, preapproval_figures;
  std::string silent;  // A service that does not answer.
  bool known = false;  // Then: what it last said is known.
  bool preapproval = true;

  void AddList(const std::string& id, const std::string& title, int first_year, int last_year,
               registry::List::Kind kind = registry::List::SUB) {
    registry::List* list = lists.add_lists();
    list->set_name("lists/" + id);
    list->set_title(title);
    list->set_kind(kind);
    list->set_first_year(first_year);
    list->set_last_year(last_year);
  }
  static void Add(common::ListFiguresResponse& figures, const std::string& key, const std::string& value,
                  const std::string& unit) {
    common::Figure* figure = figures.add_figures();
    figure->set_key(key);
    figure->set_title("标题 " + key);
    figure->set_value(value);
    figure->set_unit(unit);
    figure->set_definition("口径 " + key);
    figure->set_rows("/v1/" + key);
  }
  void AddSums(const std::string& id, const std::string& projects, const std::string& total,
               const std::string& planned) {
    Add(registry_figures, "lists." + id + ".projects", projects, "count");
    Add(registry_figures, "lists." + id + ".total_investment", total, "CNY");
    Add(registry_figures, "lists." + id + ".planned_investment", planned, "CNY");
  }
  void AddRate(const std::string& id, const std::string& required, const std::string& completed,
               const std::string& rate, const std::string& change) {
    const std::string prefix = "procedures." + id;
    Add(preapproval_figures, prefix + ".required", required, "count");
    Add(preapproval_figures, prefix + ".completed", completed, "count");
    Add(preapproval_figures, prefix + ".completion_rate", rate, "percent");
    Add(preapproval_figures, prefix + ".completion_rate_change_yoy", change, "points");
  }
  PartAnswer Answer(std::string part, const std::string& service, const google::protobuf::Message& message) const {
    if (service != silent) {
      return {std::move(part), service, absl::OkStatus(), true, message.SerializeAsString(), kNoon, {}};
    }
    const std::string bytes = known ? message.SerializeAsString() : "";
    return {std::move(part), service, absl::UnavailableError("gone"), known, bytes, kMorning, kNoon};
  }
  std::vector<PartAnswer> Answers() const {
    std::vector<PartAnswer> answers = {Answer("figures", "registry", registry_figures),
                                       Answer("lists", "registry", lists), Answer("directory", "registry", directory)};
    if (preapproval) answers.push_back(Answer("figures", "preapproval", preapproval_figures));
    return answers;
  }
};

// The lists and figures of the article (定西日报, 2022-04-24).
World Article() {
  World world;
  world.AddList("master", "项目建设总清单", 2022, 2022, registry::List::MASTER);
  world.AddList("invest-2021", "2021年投资项目清单", 2021, 2021, registry::List::STANDALONE);
  world.AddList("invest-2022", "2022年投资项目清单", 2022, 2022);
  world.AddList("approvals", "审批项目清单", 2022, 2022);
  world.AddList("major-145", "“十四五”重大带动性基础设施项目清单", 2021, 2025, registry::List::STANDALONE);
  world.AddList("plan-2023", "2023年谋划项目清单", 2023, 2023, registry::List::STANDALONE);
  world.AddSums("master", "1245", "839866860000.00", "77557600000.00");
  world.AddSums("invest-2021", "668", "231840000000.00", "69820000000.00");
  world.AddSums("invest-2022", "737", "261160000000.00", "76670000000.00");
  world.AddSums("approvals", "0", "0.00", "0.00");
  world.AddSums("major-145", "561", "698600000000.00", "630396200000.00");
  world.AddSums("plan-2023", "163", "101700000000.00", "30637600000.00");
  world.AddRate("invest-2022", "4500", "4455", "99.00", "42.00");
  world.AddRate("approvals", "0", "0", "", "");
  for (const auto& [region, title] : {std::pair("621100", "定西市"), std::pair("621122", "陇西县")}) {
    auto* unit = world.directory.add_organizations();
    unit->set_title(title);
    unit->set_region(region);
    unit->set_kind(std::string_view(region) == "621100" ? registry::Organization::CITY
                                                        : registry::Organization::COUNTY_LEVEL);
  }
  return world;
}

std::string TextOf(const v1::BulletinParagraph& paragraph) {
  std::string text;
  for (const auto& run : paragraph.runs()) text += run.text();
  return text;
}

// The text of a paragraph, "" when there is none.
std::string Say(const World& world, const std::string& key, const BulletinQuestion& question = On("2022-04-20")) {
  const auto bulletin = ComposeBulletin(question, world.Answers());
  if (!bulletin.ok()) return std::string(bulletin.status().message());
  for (const auto& paragraph : bulletin->paragraphs()) {
    if (paragraph.key() == key) return TextOf(paragraph);
  }
  return "";
}

TEST(ComposeBulletin, TheCallersOwnFaultIsTheAnswer) {
  std::vector<PartAnswer> answers = Article().Answers();
  answers[3].status = Error(absl::StatusCode::kNotFound, "REGION_NOT_FOUND", "No such region.");
  EXPECT_EQ(ReasonOf(ComposeBulletin(On("2022-04-20"), answers).status()), "REGION_NOT_FOUND");
}

TEST(ComposeBulletin, AServiceThatDoesNotAnswerIsMarkedAndTheOtherStays) {
  World world = Article();
  world.silent = "preapproval";
  const auto bulletin = ComposeBulletin(On("2022-04-20"), world.Answers()).value();
  ASSERT_EQ(bulletin.paragraphs_size(), 2);
  EXPECT_NE(TextOf(bulletin.paragraphs(0)), "");
  EXPECT_EQ(NoteOf(bulletin.paragraphs(0)), "");
  EXPECT_EQ(bulletin.paragraphs(1).part().state(), v1::Part::MISSING);
  EXPECT_EQ(bulletin.paragraphs(1).part().reason(), "UNAVAILABLE");
  EXPECT_EQ(bulletin.paragraphs(1).runs_size(), 0);
  EXPECT_EQ(NoteOf(bulletin.paragraphs(1)),
            "（本段暂缺：preapproval自2022-04-20 04:00（UTC）起没有应答，原因：UNAVAILABLE。）");
  for (const auto& figure : bulletin.figures()) EXPECT_TRUE(figure.key().starts_with("lists.")) << figure.key();
}

TEST(ComposeBulletin, WithoutTheListsNoParagraphGuessesWhichTheyAre) {
  World world = Article();
  world.silent = "registry";
  const auto bulletin = ComposeBulletin(On("2022-04-20"), world.Answers()).value();
  EXPECT_EQ(bulletin.title(), "项目建设进展情况通报") << "without the place, which nobody knows";
  for (const auto& paragraph : bulletin.paragraphs()) {
    EXPECT_EQ(paragraph.part().state(), v1::Part::MISSING);
    EXPECT_EQ(paragraph.part().service(), "registry");
    EXPECT_EQ(paragraph.runs_size(), 0);
  }
  EXPECT_EQ(bulletin.figures_size(), 0);
}

TEST(ComposeBulletin, WhatWasLastSaidIsSaidAsSuch) {
  World world = Article();
  world.silent = "preapproval";
  world.known = true;
  const auto bulletin = ComposeBulletin(On("2022-04-20"), world.Answers()).value();
  EXPECT_EQ(bulletin.paragraphs(1).part().state(), v1::Part::STALE);
  EXPECT_NE(TextOf(bulletin.paragraphs(1)).find("99%"), std::string::npos);
  EXPECT_NE(NoteOf(bulletin.paragraphs(1)).find("2022-04-20 01:00（UTC）"), std::string::npos);
}

TEST(ComposeBulletin, AServiceThatDoesNotExistHasNoParagraph) {
  World world = Article();
  world.preapproval = false;
  const auto bulletin = ComposeBulletin(On("2022-04-20"), world.Answers()).value();
  ASSERT_EQ(bulletin.paragraphs_size(), 1);
  EXPECT_EQ(bulletin.paragraphs(0).key(), "reserve");
}

TEST(ComposeBulletin, SaysWhatThePaperSaid) {
  EXPECT_EQ(Say(Article(), "reserve"),
            "截至2022年4月20日，“十四五”重大带动性基础设施项目清单共纳入项目561项、总投资6986亿元；"
            "2022年投资项目清单共纳入项目737项、总投资2611.6亿元、当年计划完成投资766.7亿元。"
            "及早着手开展2023年谋划工作，已初步谋划163项，总投资1017亿元。");
  EXPECT_EQ(Say(Article(), "preapproval"),
            "截至2022年4月20日，2022年投资项目清单内的项目开工前须办结前期手续4500件，已办结4455件，"
            "前期手续审批完成率达到99%，比去年同期提高42个百分点。");
}

TEST(ComposeBulletin, TellsOfTheListsOfTheYearAskedAndOfNoOther) {
  EXPECT_EQ(Say(Article(), "reserve", On("2021-06-30")).find("2022年投资项目清单"), std::string::npos);
  const std::string text = Say(Article(), "reserve", On("2023-06-30"));
  EXPECT_NE(text.find("2023年谋划项目清单共纳入项目163项"), std::string::npos) << text;
  EXPECT_EQ(text.find("2022年"), std::string::npos) << text;
  EXPECT_EQ(text.find("及早着手"), std::string::npos) << text;
}

TEST(ComposeBulletin, NothingIsSaidInWordsThatFit) {
  World world = Article();
  EXPECT_EQ(Say(world, "reserve", On("2026-01-02")), "截至2026年1月2日，尚未建立2026年度的项目清单。");
  EXPECT_EQ(Say(world, "preapproval", On("2026-01-02")),
            "截至2026年1月2日，2026年度的项目清单内尚无须办结的前期手续。");
  world.registry_figures.clear_figures();
  world.AddSums("invest-2022", "0", "0.00", "0.00");
  world.AddSums("approvals", "0", "0.00", "0.00");
  world.AddSums("major-145", "0", "0.00", "0.00");
  EXPECT_EQ(Say(world, "reserve"),
            "截至2022年4月20日，“十四五”重大带动性基础设施项目清单尚未纳入项目、2022年投资项目清单尚未纳入项目、"
            "审批项目清单尚未纳入项目。");
}

TEST(ComposeBulletin, MoneyIsPrintedInTheUnitThatFitsIt) {
  const auto said = [](const std::string& total, const std::string& planned) {
    World world = Article();
    world.registry_figures.clear_figures();
    world.AddSums("invest-2022", "1", total, planned);
    return Say(world, "reserve").substr(std::string("截至2022年4月20日，2022年投资项目清单共纳入项目1项").size());
  };
  EXPECT_EQ(said("100000000.00", "99990000.00"), "、总投资1亿元、当年计划完成投资9999万元。");
  EXPECT_EQ(said("12345678900.00", "1234500.00"), "、总投资123.46亿元、当年计划完成投资123.45万元。");
  EXPECT_EQ(said("5000.50", "0.00"), "、总投资5000.5元。");
  EXPECT_EQ(said("0.00", "0.00"), "。");
}

TEST(ComposeBulletin, TheChangeIsWordedByItsSign) {
  const auto said = [](const std::string& rate, const std::string& change) {
    World world = Article();
    world.preapproval_figures.clear_figures();
    world.AddRate("invest-2022", "10", "5", rate, change);
    const std::string text = Say(world, "preapproval");
    return text.substr(text.find("完成率"));
  };
  EXPECT_EQ(said("50.00", "-3.50"), "完成率为50%，比去年同期下降3.5个百分点。");
  EXPECT_EQ(said("50.00", "-0.05"), "完成率为50%，比去年同期下降0.05个百分点。");
  EXPECT_EQ(said("50.25", "0.00"), "完成率为50.25%，与去年同期持平。");
  EXPECT_EQ(said("0.00", ""), "完成率为0%，去年同期无可比数据。");
  EXPECT_EQ(said("100.00", "0.10"), "完成率达到100%，比去年同期提高0.1个百分点。");
}

TEST(ComposeBulletin, ACountysBulletinBearsItsName) {
  BulletinQuestion question = On("2022-04-20");
  EXPECT_EQ(ComposeBulletin(question, Article().Answers())->title(), "定西市项目建设进展情况通报");
  question.own_region = "621122";
  EXPECT_EQ(ComposeBulletin(question, Article().Answers())->title(), "陇西县项目建设进展情况通报");
  question.own_region = "621100";
  question.region = "621122";
  EXPECT_EQ(ComposeBulletin(question, Article().Answers())->title(), "陇西县项目建设进展情况通报");
  question.known_at = "2022-05-01T00:00:00Z";
  EXPECT_EQ(ComposeBulletin(question, Article().Answers())->date_line(),
            "（截至2022年4月20日，按2022-05-01T00:00:00Z时系统所知）");
}

TEST(ComposeBulletin, EveryNumberHasItsFigureAndEveryFigureIsSaid) {
  const auto bulletin = ComposeBulletin(On("2022-04-20"), Article().Answers()).value();
  std::map<std::string, int> said;
  for (const auto& paragraph : bulletin.paragraphs()) {
    for (const auto& run : paragraph.runs()) {
      if (!run.figure().empty()) ++said[run.figure()];
    }
  }
  for (const auto& [key, times] : said) EXPECT_GT(PlaceOf(bulletin, key), 0) << key;
  EXPECT_EQ(static_cast<int>(said.size()), bulletin.figures_size());
  EXPECT_EQ(said.size(), 11U);
}

TEST(ComposeBulletin, LooksLikeThis) {
  const auto bulletin = ComposeBulletin(On("2022-04-20"), Article().Answers());
  ASSERT_TRUE(bulletin.ok()) << bulletin.status();
  testing::ExpectGolden(*bulletin, "gateway/views/testdata/bulletin.json");
}

TEST(AsksOfBulletin, OneQuestionPerServiceAndTwoOfTheCatalogue) {
  EXPECT_EQ(AsksOf(On("2022-04-20"), {"preapproval", "registry"}).size(), 4U);
}

// A list whose title is meant to break pages and documents.
v1::Bulletin Hostile() {
  World world = Article();
  world.lists.mutable_lists(2)->set_title("<script>alert(1)</script>&\"'\x01\x1f\xEF\xBF\xBF");
  return ComposeBulletin(On("2022-04-20"), world.Answers()).value();
}

bool IsXml(const std::string& text) {
  XML_Parser parser = XML_ParserCreate(nullptr);
  const bool good = XML_Parse(parser, text.data(), static_cast<int>(text.size()), 1) == XML_STATUS_OK;
  XML_ParserFree(parser);
  return good;
}

// The parts of a package by name; empty when it is none.
std::map<std::string, std::string> Unpack(const std::string& bytes) {
  std::map<std::string, std::string> parts;
  zip_error_t error;
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (archive == nullptr) {
    zip_source_free(source);
    return parts;
  }
  for (zip_int64_t i = 0; i < zip_get_num_entries(archive, 0); ++i) {
    zip_stat_t stat;
    zip_stat_index(archive, static_cast<zip_uint64_t>(i), 0, &stat);
    std::string& part = parts[stat.name];
    part.resize(stat.size);
    zip_file_t* file = zip_fopen_index(archive, static_cast<zip_uint64_t>(i), 0);
    EXPECT_EQ(zip_fread(file, part.data(), part.size()), static_cast<zip_int64_t>(part.size()));
    zip_fclose(file);
  }
  zip_discard(archive);
  return parts;
}

TEST(HtmlOf, MarkupInATitleIsText) {
  const std::string html = HtmlOf(Hostile()).bytes;
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;共纳入项目"), std::string::npos);
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
}

TEST(HtmlOf, LooksLikeThis) {
  const std::string path = "gateway/views/testdata/bulletin.html";
  const BulletinFile file = HtmlOf(ComposeBulletin(On("2022-04-20"), Article().Answers()).value());
  EXPECT_EQ(file.name, "定西市项目建设进展情况通报（2022-04-20）.html");
  const char* mode = std::getenv("YAOSHI_GOLDEN");
  if (mode != nullptr && std::string_view(mode) == "write") std::ofstream(path) << file.bytes;
  std::ifstream golden(path);
  std::stringstream expected;
  expected << golden.rdbuf();
  EXPECT_EQ(file.bytes, expected.str());
}

TEST(DocxOf, EveryPartIsWellFormedWhateverTheTitlesHold) {
  const auto file = DocxOf(Hostile());
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->name, "定西市项目建设进展情况通报（2022-04-20）.docx");
  const auto parts = Unpack(file->bytes);
  ASSERT_EQ(parts.size(), 8U);
  for (const auto& [name, xml] : parts) EXPECT_TRUE(IsXml(xml)) << name;
  EXPECT_EQ(file->bytes.substr(30, 19), "[Content_Types].xml") << "the first part, as readers expect";
}

TEST(DocxOf, EachLinkLeadsToARowOfTheTable) {
  const auto bulletin = ComposeBulletin(On("2022-04-20"), Article().Answers()).value();
  const std::string xml = Unpack(DocxOf(bulletin)->bytes)["word/document.xml"];
  for (int place = 1; place <= bulletin.figures_size(); ++place) {
    const std::string name = "figure_" + std::to_string(place) + "\"";
    EXPECT_NE(xml.find("w:anchor=\"" + name), std::string::npos) << place;
    EXPECT_NE(xml.find("w:name=\"" + name), std::string::npos) << place;
  }
}

TEST(DocxOf, EqualBulletinsAreEqualFiles) {
  EXPECT_EQ(DocxOf(Hostile())->bytes, DocxOf(Hostile())->bytes);
}

TEST(DocxOf, AMissingParagraphSaysSo) {
  World world = Article();
  world.silent = "preapproval";
  const auto bulletin = ComposeBulletin(On("2022-04-20"), world.Answers()).value();
  EXPECT_NE(Unpack(DocxOf(bulletin)->bytes)["word/document.xml"].find("本段暂缺"), std::string::npos);
  EXPECT_NE(HtmlOf(bulletin).bytes.find("本段暂缺"), std::string::npos);
}

}  // namespace
}  // namespace yaoshi::gateway

#include "gateway/views/bulletin.h"

#include <algorithm>
#include <map>

#include "common/money/money.h"
#include "fmt/format.h"
#include "gateway/views/overview.h"
#include "yaoshi/registry/v1/list.pb.h"

namespace yaoshi::gateway {
namespace {

namespace common = yaoshi::common::v1;
namespace registry = yaoshi::registry::v1;

constexpr int64_t kFenPerYi = 10'000'000'000;
constexpr int64_t kFenPerWan = 1'000'000;

// An amount as documents print it.
struct Amount {
  std::string number;
  std::string unit;
};

// "2611.60" → "2611.6", "765.00" → "765".
std::string WithoutZeros(std::string decimal) {
  if (decimal.find('.') == std::string::npos) return decimal;
  decimal.erase(decimal.find_last_not_of('0') + 1);
  if (decimal.ends_with('.')) decimal.pop_back();
  return decimal;
}

// 亿元 from one 亿 on, 万元 below.
Amount MoneyOf(const std::string& yuan) {
  const int64_t fen = ParseYuan(yuan).value_or(0);
  if (fen >= kFenPerYi) return {WithoutZeros(FormatYiRounded(fen, 2)), "亿元"};
  if (fen < kFenPerWan) return {WithoutZeros(yuan), "元"};
  // Ten thousand times the amount in 亿元 is that in 万元.
  return {WithoutZeros(FormatYiRounded(fen * (kFenPerYi / kFenPerWan), 2)), "万元"};
}

Amount AmountOf(const common::Figure& figure) {
  if (figure.unit() == "CNY") return MoneyOf(figure.value());
  const std::string unit = figure.unit() == "percent" ? "%" : figure.unit() == "points" ? "个百分点" : "项";
  return {WithoutZeros(figure.value()), unit};
}

bool IsZero(const common::Figure& figure) {
  return figure.value().find_first_not_of("0.") == std::string::npos;
}

std::string ChineseDate(Date date) {
  return fmt::format("{}年{}月{}日", date.year(), date.month(), date.day());
}

using FigureMap = std::map<std::string, common::Figure, std::less<>>;

// Writes a paragraph piece by piece, and keeps the figures that it names.
class Writer {
 public:
  Writer(const FigureMap& figures, v1::Bulletin& bulletin, v1::BulletinParagraph& paragraph)
      : figures_(figures), bulletin_(bulletin), paragraph_(paragraph) {}

  // Null when there is no such figure.
  const common::Figure* Find(const std::string& key) const {
    const auto found = figures_.find(key);
    return found == figures_.end() ? nullptr : &found->second;
  }
  // True when the figure is there and not zero.
  bool Has(const std::string& key) const {
    const common::Figure* figure = Find(key);
    return figure != nullptr && !IsZero(*figure);
  }

  void Words(const std::string& text) {
    const int last = paragraph_.runs_size() - 1;
    if (last >= 0 && paragraph_.runs(last).figure().empty()) {
      paragraph_.mutable_runs(last)->mutable_text()->append(text);
    } else {
      paragraph_.add_runs()->set_text(text);
    }
  }
  // Text that says a figure.
  void Says(const common::Figure& figure, const std::string& text) {
    v1::BulletinParagraph::Run* run = paragraph_.add_runs();
    run->set_text(text);
    run->set_figure(figure.key());
    if (PlaceOf(bulletin_, figure.key()) == 0) *bulletin_.add_figures() = figure;
  }
  void Number(const std::string& before, const std::string& key, const std::string& after = "") {
    const common::Figure* figure = Find(key);
    if (figure == nullptr) return;
    const Amount amount = AmountOf(*figure);
    Words(before);
    Says(*figure, amount.number);
    Words(amount.unit + after);
  }

 private:
  const FigureMap& figures_;
  v1::Bulletin& bulletin_;
  v1::BulletinParagraph& paragraph_;
};

std::string KeyOf(std::string_view prefix, const registry::List& list, std::string_view what) {
  return fmt::format("{}.{}.{}", prefix, list.name().substr(list.name().find('/') + 1), what);
}

using Lists = std::vector<registry::List>;

// The lists told of, by what their years are to the date.
struct Told {
  Lists plans;   // Of several years.
  Lists year;    // Of the year alone.
  Lists coming;  // Of years to come.
};

Told ListsToTell(const BulletinQuestion& question, const std::vector<PartAnswer>& answers) {
  Told told;
  const int year = question.as_of.year();
  const auto lists = AnswerOf<registry::ListListsResponse>(answers, "lists");
  for (const registry::List& list : lists.lists()) {
    if (list.kind() == registry::List::MASTER || list.last_year() < year) continue;
    Lists& among = list.first_year() > year                ? told.coming
                   : list.first_year() == list.last_year() ? told.year
                                                           : told.plans;
    among.push_back(list);
  }
  return told;
}

void WriteList(const registry::List& list, bool planned, Writer& writer) {
  writer.Number(list.title() + "共纳入项目", KeyOf("lists", list, "projects"));
  if (writer.Has(KeyOf("lists", list, "total_investment"))) {
    writer.Number("、总投资", KeyOf("lists", list, "total_investment"));
  }
  if (planned && writer.Has(KeyOf("lists", list, "planned_investment"))) {
    writer.Number("、当年计划完成投资", KeyOf("lists", list, "planned_investment"));
  }
}

// The lists that hold nothing, when none holds anything.
void WriteNothing(const BulletinQuestion& question, const Lists& lists, Writer& writer) {
  if (lists.empty()) return writer.Words(fmt::format("尚未建立{}年度的项目清单", question.as_of.year()));
  std::string_view separator;
  for (const registry::List& list : lists) {
    writer.Words(std::string(separator) + list.title());
    separator = "、";
    const common::Figure* projects = writer.Find(KeyOf("lists", list, "projects"));
    if (projects != nullptr) writer.Says(*projects, "尚未纳入项目");
  }
}

void WriteReserve(const BulletinQuestion& question, const Told& told, Writer& writer) {
  Lists current = told.plans;
  current.insert(current.end(), told.year.begin(), told.year.end());
  const auto plans = static_cast<ptrdiff_t>(told.plans.size());
  std::string separator = fmt::format("截至{}，", ChineseDate(question.as_of));
  bool any = false;
  for (auto list = current.begin(); list != current.end(); ++list) {
    if (!writer.Has(KeyOf("lists", *list, "projects"))) continue;
    writer.Words(separator);
    WriteList(*list, list - current.begin() >= plans, writer);
    separator = "；";
    any = true;
  }
  if (!any) {
    writer.Words(separator);
    WriteNothing(question, current, writer);
  }
  writer.Words("。");
  for (const registry::List& list : told.coming) {
    if (!writer.Has(KeyOf("lists", list, "projects"))) continue;
    const std::string before = fmt::format("及早着手开展{}年谋划工作，已初步谋划", list.first_year());
    writer.Number(before, KeyOf("lists", list, "projects"));
    if (writer.Has(KeyOf("lists", list, "total_investment"))) {
      writer.Number("，总投资", KeyOf("lists", list, "total_investment"));
    }
    writer.Words("。");
  }
}

// The change on the year before, in words that fit its sign.
void WriteChange(const common::Figure* change, Writer& writer) {
  if (change == nullptr) return;
  writer.Words("，");
  if (change->value().empty()) return writer.Says(*change, "去年同期无可比数据");
  if (change->value().find_first_not_of("-0.") == std::string::npos) return writer.Says(*change, "与去年同期持平");
  const bool down = change->value().starts_with('-');
  writer.Words(down ? "比去年同期下降" : "比去年同期提高");
  writer.Says(*change, WithoutZeros(change->value().substr(down ? 1 : 0)));
  writer.Words("个百分点");
}

void WritePieces(const std::string& before, const common::Figure* figure, const std::string& after, Writer& writer) {
  if (figure == nullptr) return;
  writer.Words(before);
  writer.Says(*figure, figure->value());
  writer.Words(after);
}

void WritePreapproval(const BulletinQuestion& question, const Told& told, Writer& writer) {
  std::string separator = fmt::format("截至{}，", ChineseDate(question.as_of));
  bool any = false;
  for (const registry::List& list : told.year) {
    if (!writer.Has(KeyOf("procedures", list, "required"))) continue;
    writer.Words(separator);
    WritePieces(list.title() + "内的项目开工前须办结前期手续", writer.Find(KeyOf("procedures", list, "required")),
                "件，", writer);
    WritePieces("已办结", writer.Find(KeyOf("procedures", list, "completed")), "件，", writer);
    const common::Figure* change = writer.Find(KeyOf("procedures", list, "completion_rate_change_yoy"));
    const bool rose = change != nullptr && !change->value().starts_with('-') && !IsZero(*change);
    writer.Number(rose ? "前期手续审批完成率达到" : "前期手续审批完成率为",
                  KeyOf("procedures", list, "completion_rate"));
    WriteChange(change, writer);
    separator = "；";
    any = true;
  }
  if (!any) writer.Words(separator + fmt::format("{}年度的项目清单内尚无须办结的前期手续", question.as_of.year()));
  writer.Words("。");
}

// A paragraph per service that has one.
struct Kind {
  std::string_view key;
  std::string_view service;
  std::string_view heading;
  void (*write)(const BulletinQuestion&, const Told&, Writer&);
};

constexpr Kind kKinds[] = {
    {"reserve", "registry", "抓谋划、建清单，项目储备情况", WriteReserve},
    {"preapproval", "preapproval", "强调度、促落实，项目前期情况", WritePreapproval},
};
constexpr std::string_view kOrdinals[] = {"一", "二"};

FigureMap FiguresOf(std::string_view service, const std::vector<PartAnswer>& answers) {
  FigureMap map;
  for (const PartAnswer& answer : answers) {
    common::ListFiguresResponse figures;
    if (answer.part != "figures" || answer.service != service || !answer.known) continue;
    if (!figures.ParseFromString(answer.bytes)) continue;
    for (common::Figure& figure : *figures.mutable_figures()) map[figure.key()] = std::move(figure);
  }
  return map;
}

// The worst of the parts that a paragraph of the service is made of. Null when the installation has no such service.
const v1::Part* WorstOf(std::string_view service, const v1::Bulletin& bulletin) {
  const v1::Part* worst = nullptr;
  bool there = false;
  for (const v1::Part& part : bulletin.parts()) {
    const bool own = part.part() == "figures" && part.service() == service;
    there = there || own;
    if (!own && part.part() != "lists") continue;
    if (worst == nullptr || part.state() > worst->state() || (part.state() == worst->state() && own)) worst = &part;
  }
  return there ? worst : nullptr;
}

void AddParagraph(const Kind& kind, const BulletinQuestion& question, const std::vector<PartAnswer>& answers,
                  v1::Bulletin& bulletin) {
  const v1::Part* part = WorstOf(kind.service, bulletin);
  if (part == nullptr) return;
  const std::string_view ordinal = kOrdinals[bulletin.paragraphs_size()];
  v1::BulletinParagraph& paragraph = *bulletin.add_paragraphs();
  paragraph.set_key(std::string(kind.key));
  paragraph.set_heading(fmt::format("{}、{}", ordinal, kind.heading));
  *paragraph.mutable_part() = *part;
  if (part->state() == v1::Part::MISSING) return;
  const FigureMap figures = FiguresOf(kind.service, answers);
  Writer writer(figures, bulletin, paragraph);
  kind.write(question, ListsToTell(question, answers), writer);
}

std::string PlaceTitle(const BulletinQuestion& question, const std::vector<PartAnswer>& answers) {
  const std::string& region = question.region.empty() ? question.own_region : question.region;
  const auto directory = AnswerOf<registry::ListOrganizationsResponse>(answers, "directory");
  for (const registry::Organization& unit : directory.organizations()) {
    if (IsRegional(unit) && unit.region() == region) return unit.title();
  }
  return "";
}

}  // namespace

std::vector<PartAsk> AsksOf(const BulletinQuestion& question, const std::vector<std::string>& services) {
  // Those of the overview, word by word: what was answered to one is known to the other.
  std::vector<PartAsk> asks =
      AsksOf(OverviewQuestion{question.as_of, question.known_at, question.region, ""}, services);
  std::erase_if(
      asks, [](const PartAsk& ask) { return ask.part != "figures" && ask.part != "lists" && ask.part != "directory"; });
  return asks;
}

absl::StatusOr<v1::Bulletin> ComposeBulletin(const BulletinQuestion& question, const std::vector<PartAnswer>& answers) {
  if (absl::Status fault = CallersFault(answers); !fault.ok()) return fault;
  v1::Bulletin bulletin;
  bulletin.set_as_of(question.as_of.ToString());
  bulletin.set_known_at(question.known_at);
  bulletin.set_region(question.region);
  bulletin.set_title(PlaceTitle(question, answers) + "项目建设进展情况通报");
  bulletin.set_date_line(question.known_at.empty() ? fmt::format("（截至{}）", ChineseDate(question.as_of))
                                                   : fmt::format("（截至{}，按{}时系统所知）",
                                                                 ChineseDate(question.as_of), question.known_at));
  DescribeParts(answers, bulletin.mutable_parts());
  for (const Kind& kind : kKinds) AddParagraph(kind, question, answers, bulletin);
  return bulletin;
}

std::string NoteOf(const v1::BulletinParagraph& paragraph) {
  const v1::Part& part = paragraph.part();
  // "2022-04-20T04:00:00.000000Z" → "2022-04-20 04:00（UTC）".
  const auto minute = [](const std::string& time) {
    return time.size() < 16 ? time : fmt::format("{} {}（UTC）", time.substr(0, 10), time.substr(11, 5));
  };
  if (part.state() == v1::Part::MISSING) {
    return fmt::format("（本段暂缺：{}自{}起没有应答，原因：{}。）", part.service(), minute(part.since_time()),
                       part.reason());
  }
  if (part.state() != v1::Part::STALE) return "";
  return fmt::format("（本段为{}的数据：{}自{}起没有应答，原因：{}。）", minute(part.as_of_time()), part.service(),
                     minute(part.since_time()), part.reason());
}

std::string FigureText(const common::Figure& figure) {
  if (figure.value().empty()) return figure.missing_reason();
  const Amount amount = AmountOf(figure);
  // Procedures are counted in 件.
  const bool pieces = figure.unit() == "count" && figure.key().starts_with("procedures.");
  return amount.number + (pieces ? "件" : amount.unit);
}

int PlaceOf(const v1::Bulletin& bulletin, std::string_view key) {
  for (int i = 0; i < bulletin.figures_size(); ++i) {
    if (bulletin.figures(i).key() == key) return i + 1;
  }
  return 0;
}

std::string EscapeMarkup(std::string_view text) {
  std::string escaped;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') continue;
    if (const auto next = text.substr(i, 3); next == "\xEF\xBF\xBE" || next == "\xEF\xBF\xBF") {  // U+FFFE, U+FFFF.
      i += 2;
      continue;
    }
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

}  // namespace yaoshi::gateway

#include "gateway/views/trends.h"

#include <algorithm>
#include <map>

#include "common/calendar/year_before.h"
#include "common/money/money.h"
#include "yaoshi/common/v1/figure.pb.h"
#include "yaoshi/registry/v1/list.pb.h"

namespace yaoshi::gateway {
namespace {

namespace common = yaoshi::common::v1;
namespace registry = yaoshi::registry::v1;

constexpr std::string_view kListFigures = "/yaoshi.common.v1.FigureService/ListFigures";
constexpr std::string_view kFiguresPart = "figures";
constexpr std::string_view kTrendPart = "figures-on-";
constexpr std::string_view kYearBeforePart = "figures-year-before";
constexpr int kTrendMonths = 5;

// The last days of the months before the date, the oldest first.
std::vector<Date> MonthEnds(Date as_of) {
  std::vector<Date> ends;
  Date end = as_of;
  for (int i = 0; i < kTrendMonths; ++i) {
    end = Date::FromCivil(end.year(), end.month(), 1).value().AddDays(-1);
    ends.insert(ends.begin(), end);
  }
  return ends;
}

PartAsk Ask(std::string part, const std::string& service, const OverviewQuestion& question, Date as_of) {
  common::ListFiguresRequest request;
  request.set_as_of(as_of.ToString());
  request.set_known_at(question.known_at);
  request.set_region(question.region);
  return {std::move(part), service, std::string(kListFigures), request.SerializeAsString(), {as_of, question.known_at}};
}

// "12.50" − "2" as a decimal string with its sign; empty when one of them is no amount.
std::string Change(const std::string& value, const std::string& before) {
  const auto now = ParseYuan(value), then = ParseYuan(before);
  if (!now.ok() || !then.ok()) return "";
  const int64_t change = *now - *then;
  std::string text = FormatYuan(change);
  if (const size_t point = text.find('.'); point != std::string::npos && value.find('.') == std::string::npos) {
    text.resize(point);
  }
  return change > 0 ? "+" + text : text;
}

// A list that nothing was on, was not there yet.
bool IsAmount(const std::string& value) {
  return !value.empty() && value.find_first_not_of("0.") != std::string::npos;
}

// The figure of the year before that one is counted against: of a list with a predecessor, that list's.
class YearBeforeKeys {
 public:
  explicit YearBeforeKeys(const std::vector<PartAnswer>& answers) {
    const auto lists = AnswerOf<registry::ListListsResponse>(answers, "lists");
    for (const registry::List& list : lists.lists()) {
      if (!list.predecessor().empty()) predecessors_[IdOf(list.name())] = IdOf(list.predecessor());
    }
  }

  // Of "lists.invest-2022.projects": "lists.invest-2021.projects".
  std::string Of(const std::string& key) const {
    const size_t from = key.find('.') + 1, to = key.find('.', from);
    if (from == 0 || to == std::string::npos) return key;
    const auto found = predecessors_.find(key.substr(from, to - from));
    return found == predecessors_.end() ? key : key.substr(0, from) + found->second + key.substr(to);
  }

 private:
  std::map<std::string, std::string> predecessors_;  // Ids of lists.
};

}  // namespace

std::vector<PartAsk> AsksOfFigures(const OverviewQuestion& question, const std::string& service) {
  std::vector<PartAsk> asks = {Ask(std::string(kFiguresPart), service, question, question.as_of)};
  for (const Date end : MonthEnds(question.as_of)) {
    asks.push_back(Ask(std::string(kTrendPart) + end.ToString(), service, question, end));
  }
  asks.push_back(Ask(std::string(kYearBeforePart), service, question, YearBefore(question.as_of)));
  return asks;
}

void AddFigures(const std::vector<PartAnswer>& answers, v1::Overview& view) {
  for (const PartAnswer& answer : answers) {
    common::ListFiguresResponse figures;
    if (answer.part != kFiguresPart || !answer.known || !figures.ParseFromString(answer.bytes)) continue;
    for (common::Figure& figure : *figures.mutable_figures()) *view.add_figures() = std::move(figure);
  }
  std::stable_sort(view.mutable_figures()->begin(), view.mutable_figures()->end(),
                   [](const auto& a, const auto& b) { return a.key() < b.key(); });
}

void AddTrends(const std::vector<PartAnswer>& answers, v1::Overview& view) {
  const YearBeforeKeys year_before(answers);
  std::map<std::string, v1::Trend> trends;
  const auto add = [&](const common::Figure& figure) {
    if (!IsAmount(figure.value())) return;
    v1::Trend::Point* point = trends[figure.key()].add_points();
    point->set_as_of(figure.as_of());
    point->set_value(figure.value());
  };
  std::map<std::string, std::string> before;
  for (const PartAnswer& answer : answers) {  // In order of date, as they were asked.
    common::ListFiguresResponse figures;
    if (!answer.known) continue;
    if (answer.part == kYearBeforePart) {
      figures.ParseFromString(answer.bytes);
      for (const common::Figure& figure : figures.figures()) before[figure.key()] = figure.value();
    }
    if (!answer.part.starts_with(kTrendPart)) continue;
    figures.ParseFromString(answer.bytes);
    for (const common::Figure& figure : figures.figures()) add(figure);
  }
  for (const common::Figure& figure : view.figures()) {
    add(figure);
    const auto trend = trends.find(figure.key());
    if (trend == trends.end() || !IsAmount(figure.value())) continue;
    v1::Trend* shown = view.add_trends();
    *shown = std::move(trend->second);
    shown->set_figure(figure.key());
    const auto then = before.find(year_before.Of(figure.key()));
    if (then == before.end() || !IsAmount(then->second)) continue;
    shown->set_year_before_value(then->second);
    shown->set_year_on_year_change(Change(figure.value(), then->second));
  }
}

}  // namespace yaoshi::gateway

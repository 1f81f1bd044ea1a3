#include "services/preapproval/domain/figures.h"

#include <fmt/format.h>

#include "common/money/money.h"

namespace yaoshi::preapproval {
namespace {

std::string Years(const RatedList& list) {
  return list.first_year == list.last_year ? fmt::format("{}年", list.first_year)
                                           : fmt::format("{}—{}年", list.first_year, list.last_year);
}

// Which projects count.
std::string Projects(const RatedList& list) {
  const std::string members = list.master
                                  ? fmt::format("截至查询日期在“{}”任一分清单内（同一项目只计一次）", list.title)
                                  : fmt::format("截至查询日期在“{}”内", list.title);
  return fmt::format("{}、计划开工日期在{}且已建立前期手续台账（未关闭）的项目", members, Years(list));
}

constexpr std::string_view kRequired = "其开工前须办结的手续（需办且为开工前置，不含免于办理和并入其他手续的）";
constexpr std::string_view kCompleted = "已办结指查询日期已批复且批复在有效期内，或已依据免办";

Figure Count(const std::string& key, const std::string& title, int64_t value, const std::string& definition,
             FigureRows rows) {
  const std::string text = fmt::format("{}", value);
  return {key, title, text, "count", definition, text, "", "", rows};
}

Figure Percent(const std::string& key, const std::string& title, int64_t numerator, int64_t denominator,
               const std::string& definition, FigureRows rows) {
  Figure figure{key, title, FormatPercent(numerator, denominator, 2), "percent", definition, "", "", "", rows};
  figure.numerator = fmt::format("{}", numerator);
  figure.denominator = fmt::format("{}", denominator);
  if (denominator == 0) figure.missing_reason = "没有可计算的项目：清单内尚无须办手续的台账。";
  return figure;
}

Figure Change(const std::string& key, const RatedList& list, const Rates& now, const std::optional<Rates>& before,
              const std::string& definition) {
  Figure figure{
      key, list.title + "·前期手续审批完成率同比", "", "points", definition, "", "", "", FigureRows::kRequired};
  if (!before) {
    figure.missing_reason = "该清单没有登记上一年度的清单，无法同比。";
    return figure;
  }
  figure.value = FormatPointsChange(now.completed, now.required, before->completed, before->required);
  figure.numerator = figure.value;
  if (figure.value.empty()) figure.missing_reason = "本年或上年清单内尚无须办手续的台账，无法同比。";
  return figure;
}

}  // namespace

std::string RateDefinition(const RatedList& list) {
  return fmt::format(
      "前期手续审批完成率＝已办结的手续数÷须办结的手续数。范围：{}，{}。{}"
      "。另列：手续全部办结的项目数÷有须办手续的项目数。",
      Projects(list), kRequired, kCompleted);
}

std::vector<Figure> FiguresOf(const RatedList& list, const Rates& rates, const std::optional<Rates>& before) {
  const std::string prefix = "procedures." + list.name.substr(list.name.find('/') + 1);
  const std::string projects = Projects(list);
  const std::string required = fmt::format("{}，{}的件数。", projects, kRequired);
  const std::string completed = fmt::format("{}，{}中已办结的件数；{}。", projects, kRequired, kCompleted);
  const std::string ready = fmt::format("{}，其开工前须办结的手续已全部办结的个数；{}。", projects, kCompleted);
  const std::string ready_rate = fmt::format(
      "{}，手续已全部办结的个数÷有须办手续的个数（百分数，四舍五入到两位小数）；{}。", projects, kCompleted);
  const std::string rate =
      fmt::format("{}，{}：已办结件数÷须办结件数（百分数，四舍五入到两位小数）；{}。", projects, kRequired, kCompleted);
  const std::string change =
      fmt::format("{}减去上一年度清单在上年同日的同口径完成率（百分点，四舍五入到两位小数）。", rate);
  return {
      Count(prefix + ".completed", list.title + "·已办结前期手续", rates.completed, completed, FigureRows::kCompleted),
      Percent(prefix + ".completion_rate", list.title + "·前期手续审批完成率", rates.completed, rates.required, rate,
              FigureRows::kRequired),
      Change(prefix + ".completion_rate_change_yoy", list, rates, before, change),
      Count(prefix + ".ready_projects", list.title + "·前期手续全部办结项目数", rates.ready_projects, ready,
            FigureRows::kReady),
      Percent(prefix + ".ready_rate", list.title + "·前期手续全部办结项目占比", rates.ready_projects, rates.projects,
              ready_rate, FigureRows::kReady),
      Count(prefix + ".required", list.title + "·须办结前期手续", rates.required, required, FigureRows::kRequired),
  };
}

std::string FormatPointsChange(int64_t a, int64_t b, int64_t c, int64_t d) {
  return FormatPercent(a * d - c * b, b * d, 2);
}

}  // namespace yaoshi::preapproval

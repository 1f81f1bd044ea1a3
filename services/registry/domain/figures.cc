#include "services/registry/domain/figures.h"

#include <fmt/format.h>

#include "common/money/money.h"

namespace yaoshi::registry {
namespace {

// What being on a list means, for the definitions.
std::string Membership(const List& list) {
  if (list.kind == ListKind::kMaster) {
    return fmt::format("截至查询日期，纳入“{}”任一分清单且未移出的项目，同一项目只计一次", list.title);
  }
  return fmt::format("截至查询日期，已纳入“{}”且未移出的项目（纳入日期不晚于、移出日期晚于查询日期）", list.title);
}

std::string Years(const List& list) {
  return list.first_year == list.last_year ? fmt::format("{}年", list.first_year)
                                           : fmt::format("{}—{}年", list.first_year, list.last_year);
}

}  // namespace

std::vector<Figure> FiguresOf(const List& list, const Sums& sums) {
  const std::string prefix = "lists." + list.name.substr(list.name.find('/') + 1);
  const std::string members = Membership(list);
  return {
      {prefix + ".planned_investment", fmt::format("{}·{}计划投资", list.title, Years(list)),
       FormatYuan(sums.planned_investment_fen), "CNY",
       fmt::format("{}，其{}年度计划投资之和（元）。", members, Years(list))},
      {prefix + ".projects", fmt::format("{}·项目数", list.title), fmt::format("{}", sums.projects), "count",
       fmt::format("{}的个数。", members)},
      {prefix + ".total_investment", fmt::format("{}·总投资", list.title), FormatYuan(sums.total_investment_fen), "CNY",
       fmt::format("{}，其总投资之和（元），按查询日期有效的总投资计。", members)},
  };
}

}  // namespace yaoshi::registry

#include "gateway/views/main_list.h"

#include <map>
#include <tuple>

#include "absl/strings/numbers.h"
#include "yaoshi/common/v1/figure.pb.h"
#include "yaoshi/registry/v1/list.pb.h"

namespace yaoshi::gateway {
namespace {

namespace registry = yaoshi::registry::v1;

// How well a list stands for the year of the date; the largest is the main list.
using Rank = std::tuple<bool, int, int64_t>;

Rank RankOf(const registry::List& list, int year, int64_t projects) {
  const bool of_a_year = list.kind() == registry::List::SUB && list.horizon() == registry::List::THIS_YEAR;
  const bool of_the_year = of_a_year && list.first_year() <= year && year <= list.last_year();
  const bool before = of_a_year && list.last_year() < year;
  return {of_the_year, !of_the_year && before ? list.last_year() : 0, projects};
}

}  // namespace

std::vector<PartAsk> AsksOfMainList(const OverviewQuestion& question, const std::vector<std::string>& services) {
  std::vector<PartAsk> asks = AsksOf(question, services);
  std::erase_if(asks, [](const PartAsk& ask) {
    return ask.service != "registry" || (ask.part != "lists" && ask.part != "figures");
  });
  return asks;
}

std::string MainListOf(const OverviewQuestion& question, const std::vector<PartAnswer>& answers) {
  const auto figures = AnswerOf<yaoshi::common::v1::ListFiguresResponse>(answers, "figures");
  std::map<std::string, int64_t> counts;
  for (const auto& figure : figures.figures()) {
    int64_t count = 0;
    if (figure.unit() == "count" && absl::SimpleAtoi(figure.value(), &count)) counts[figure.key()] = count;
  }
  const auto lists = AnswerOf<registry::ListListsResponse>(answers, "lists");
  std::string main;
  Rank highest;
  for (const registry::List& list : lists.lists()) {
    const int64_t projects = counts["lists." + IdOf(list.name()) + ".projects"];
    const Rank rank = RankOf(list, question.as_of.year(), projects);
    if (projects == 0 || (!main.empty() && rank <= highest)) continue;
    main = list.name();
    highest = rank;
  }
  return main;
}

}  // namespace yaoshi::gateway

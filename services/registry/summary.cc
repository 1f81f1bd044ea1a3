#include "services/registry/summary.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>

#include "common/region/region.h"
#include "services/registry/errors.h"

namespace yaoshi::registry {
namespace {

using Row = v1::SummarizeProjectsResponse::Row;

// A group's dimensions in the order in which rows are sorted.
using Key = std::tuple<std::string, int, int, std::string, int>;  // region, field, stage, department, kind

void AddRow(v1::SummarizeProjectsResponse& response, const Key& key, const Sums& sums) {
  Row& row = *response.add_rows();
  row.set_region(std::get<0>(key));
  row.set_field(static_cast<v1::Field>(std::get<1>(key)));
  row.set_stage(static_cast<v1::Stage>(std::get<2>(key)));
  row.set_department(std::get<3>(key));
  row.set_entry_kind(static_cast<v1::EntryKind>(std::get<4>(key)));
  row.set_projects(sums.projects);
  row.set_total_investment_fen(sums.total_investment_fen);
  row.set_planned_investment_fen(sums.planned_investment_fen);
  Row& total = *response.mutable_total();
  total.set_projects(total.projects() + sums.projects);
  total.set_total_investment_fen(total.total_investment_fen() + sums.total_investment_fen);
  total.set_planned_investment_fen(total.planned_investment_fen() + sums.planned_investment_fen);
}

Key KeyOf(const Portfolio& portfolio, const Rollup::Values& values) {
  const auto value = [&](Dimension dimension) { return values[static_cast<size_t>(dimension)]; };
  return {value(Dimension::kRegion) == 0 ? "" : RegionCode(value(Dimension::kRegion)),
          static_cast<int>(value(Dimension::kField)), static_cast<int>(value(Dimension::kStage)),
          portfolio.DepartmentName(value(Dimension::kDepartment)), static_cast<int>(value(Dimension::kEntryKind))};
}

// What a summary asks, checked.
struct Question {
  Moment moment;
  std::string region;
  std::optional<List> list;
  std::vector<Dimension> group_by;
  filter::BoundExpr filter;
  bool filtered = false;
};

absl::StatusOr<Question> Parse(const Context& context, const rpc::Call& call,
                               const v1::SummarizeProjectsRequest& request) {
  Question question;
  ASSIGN_OR_RETURN(question.moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(question.region, ScopeOf(call, request.region(), context.directory));
  if (!request.list().empty()) {
    ASSIGN_OR_RETURN(question.list, FindList(context, request.list()));
  }
  std::vector<FieldViolation> violations;
  for (int i = 0; i < request.group_by_size(); ++i) {
    const auto dimension = static_cast<Dimension>(request.group_by(i));
    if (dimension == Dimension::kEntryKind && !question.list) {
      violations.push_back({"group_by", "BY_ENTRY_KIND needs a list"});
    } else if (dimension == Dimension::kWhole || request.group_by(i) > static_cast<int>(Dimension::kEntryKind)) {
      violations.push_back({"group_by", "names a dimension that there is not"});
    } else {
      question.group_by.push_back(dimension);
    }
  }
  RETURN_IF_ERROR(InvalidFields(violations));
  question.filtered = !request.filter().empty();
  const filter::FieldTable& fields = question.list ? EntryFields() : ProjectFields();
  ASSIGN_OR_RETURN(question.filter, filter::ParseAndBind(request.filter(), fields));
  return question;
}

PastQuery PastOf(const Context& context, const Question& question) {
  if (question.list) {
    PastQuery query = registry::PastOf(context, *question.list, question.region, question.moment);
    query.filter = &question.filter;
    return query;
  }
  const int year = question.moment.at.as_of.year();
  return {question.moment.at, {}, year, year, question.region, &question.filter};
}

absl::StatusOr<v1::SummarizeProjectsResponse> FromSql(const Context& context, rpc::Call& call,
                                                      const Question& question) {
  ASSIGN_OR_RETURN(const std::vector<PastSum> sums,
                   SumPast(call.session(), PastOf(context, question), question.group_by));
  v1::SummarizeProjectsResponse response;
  response.mutable_total();
  for (const PastSum& sum : sums) {
    if (sum.sums.projects > 0) {
      AddRow(response, {sum.region, sum.field, sum.stage, sum.department, sum.entry_kind}, sum.sums);
    }
  }
  return response;
}

// With a filter every project is looked at; otherwise the sums are at hand.
v1::SummarizeProjectsResponse FromMemory(const Portfolio& portfolio, const Question& question) {
  v1::SummarizeProjectsResponse response;
  response.mutable_total();
  const List* list = question.list ? &*question.list : nullptr;
  const uint32_t region = RegionNumber(question.region);
  const int year = question.moment.at.as_of.year();
  std::map<Key, Sums> groups;
  if (!question.filtered) {
    for (const Rollup::Group& group : portfolio.Summarize(list, region, question.group_by, year)) {
      groups[KeyOf(portfolio, group.values)] += group.sums;
    }
    for (const auto& [key, sums] : groups) AddRow(response, key, sums);
    return response;
  }
  const auto asked = [&](Dimension dimension) {
    return std::find(question.group_by.begin(), question.group_by.end(), dimension) != question.group_by.end();
  };
  const std::array<bool, 6> dims = {false,
                                    asked(Dimension::kRegion),
                                    asked(Dimension::kField),
                                    asked(Dimension::kStage),
                                    asked(Dimension::kDepartment),
                                    asked(Dimension::kEntryKind)};
  portfolio.Visit(
      list, region,
      [&](const ListedProject& listed, int64_t planned) {
        const ProjectRow& row = *listed.project;
        if (!filter::Matches(question.filter, [&](size_t field) {
              return list == nullptr ? portfolio.Value(row, field) : portfolio.Value(*list, listed, field);
            })) {
          return;
        }
        const Key key{
            dims[1] ? RegionCode(row.region) : "", dims[2] ? row.field : 0, dims[3] ? static_cast<int>(row.stage) : 0,
            dims[4] ? portfolio.DepartmentName(row.department) : "", dims[5] ? static_cast<int>(listed.kind) : 0};
        groups[key] += Sums{1, row.total_investment_fen, planned};
      },
      year);
  for (const auto& [key, sums] : groups) AddRow(response, key, sums);
  return response;
}

v1::Funnel FunnelOf(const std::vector<PastDwell>& projects, Date as_of) {
  std::map<int, std::vector<const PastDwell*>> by_stage;
  for (const PastDwell& project : projects) by_stage[project.stage].push_back(&project);
  v1::Funnel funnel;
  for (auto& [stage, members] : by_stage) {
    v1::Funnel::Step& step = *funnel.add_steps();
    step.set_stage(static_cast<v1::Stage>(stage));
    step.set_projects(static_cast<int64_t>(members.size()));
    std::vector<int64_t> days;
    for (const PastDwell* member : members) {
      step.set_total_investment_fen(step.total_investment_fen() + member->total_investment_fen);
      days.push_back(as_of.days() - member->stage_since.days());
    }
    std::nth_element(days.begin(), days.begin() + static_cast<std::ptrdiff_t>(days.size() / 2), days.end());
    step.set_median_dwell_days(days[days.size() / 2]);
    step.set_max_dwell_days(*std::max_element(days.begin(), days.end()));
  }
  return funnel;
}

}  // namespace

std::vector<List> CatalogueOf(const Context& context) {
  return context.memory.Read([](const Portfolio& portfolio) {
    std::vector<List> lists;
    for (const List* list : portfolio.Lists()) lists.push_back(*list);
    return lists;
  });
}

absl::StatusOr<List> FindList(const Context& context, const std::string& name) {
  return context.memory.Read([&](const Portfolio& portfolio) -> absl::StatusOr<List> {
    const List* list = portfolio.FindList(name);
    if (list == nullptr) return ListNotFound(name);
    return *list;
  });
}

PastQuery PastOf(const Context& context, const List& list, const std::string& region, const Moment& moment) {
  const std::vector<std::string> lists =
      context.memory.Read([&](const Portfolio& portfolio) { return portfolio.SubLists(list); });
  // A master list without sub-lists has no entries; its own name matches none.
  return {moment.at,       lists.empty() ? std::vector<std::string>{list.name} : lists,
          list.first_year, list.last_year,
          region,          nullptr};
}

absl::StatusOr<v1::SummarizeProjectsResponse> Summarize(const Context& context, rpc::Call& call,
                                                        const v1::SummarizeProjectsRequest& request) {
  ASSIGN_OR_RETURN(const Question question, Parse(context, call, request));
  if (question.moment.past) return FromSql(context, call, question);
  return context.memory.Read([&](const Portfolio& portfolio) { return FromMemory(portfolio, question); });
}

absl::StatusOr<v1::Funnel> ComputeFunnel(const Context& context, rpc::Call& call, const v1::GetFunnelRequest& request) {
  ASSIGN_OR_RETURN(const Moment moment, MomentOf(call, request.as_of(), request.known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region(), context.directory));
  std::optional<List> list;
  if (!request.list().empty()) {
    ASSIGN_OR_RETURN(list, FindList(context, request.list()));
  }
  const int year = moment.at.as_of.year();
  if (moment.past) {
    const PastQuery query =
        list ? PastOf(context, *list, region, moment) : PastQuery{moment.at, {}, year, year, region, nullptr};
    ASSIGN_OR_RETURN(std::vector<PastDwell> dwell, LoadDwell(call.session(), query));
    return FunnelOf(dwell, moment.at.as_of);
  }
  return context.memory.Read([&](const Portfolio& portfolio) {
    std::vector<PastDwell> dwell;
    portfolio.Visit(
        list ? &*list : nullptr, RegionNumber(region),
        [&](const ListedProject& listed, int64_t) {
          dwell.push_back({static_cast<int>(listed.project->stage), listed.project->total_investment_fen,
                           listed.project->stage_since});
        },
        year);
    return FunnelOf(dwell, moment.at.as_of);
  });
}

absl::StatusOr<Sums> SumsOf(const Context& context, rpc::Call& call, const List& list, const std::string& region,
                            const Moment& moment) {
  if (moment.past) {
    ASSIGN_OR_RETURN(const std::vector<PastSum> sums,
                     SumPast(call.session(), PastOf(context, list, region, moment), {}));
    return sums.empty() ? Sums() : sums.front().sums;
  }
  return context.memory.Read([&](const Portfolio& portfolio) {
    Sums total;
    for (const Rollup::Group& group : portfolio.Summarize(&list, RegionNumber(region), {}, moment.at.as_of.year())) {
      total += group.sums;
    }
    return total;
  });
}

}  // namespace yaoshi::registry

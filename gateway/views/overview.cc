#include "gateway/views/overview.h"

#include <algorithm>
#include <map>

#include "common/money/money.h"
#include "fmt/format.h"
#include "gateway/views/approvals.h"
#include "gateway/views/trends.h"
#include "yaoshi/registry/v1/list.pb.h"

namespace yaoshi::gateway {
namespace {

namespace common = yaoshi::common::v1;
namespace registry = yaoshi::registry::v1;

constexpr std::string_view kRegistry = "registry";
constexpr std::string_view kSummarize = "/yaoshi.registry.v1.ProjectService/SummarizeProjects";
constexpr std::string_view kGetFunnel = "/yaoshi.registry.v1.ProjectService/GetFunnel";
constexpr std::string_view kListLists = "/yaoshi.registry.v1.ListService/ListLists";
constexpr std::string_view kListOrganizations = "/yaoshi.registry.v1.OrganizationService/ListOrganizations";
constexpr std::string_view kNotStarted = "(stage = PLANNED OR stage = RESERVED OR stage = PREPARING)";
constexpr int kDueDays = 30;
constexpr int kCatalogue = 1000;  // A page that holds all lists and all units.

std::string LateFilter(const OverviewQuestion& question) {
  return fmt::format("planned_start_on < \"{}\" AND {}", question.as_of.ToString(), kNotStarted);
}

std::string DueFilter(const OverviewQuestion& question) {
  return fmt::format("planned_start_on >= \"{}\" AND planned_start_on <= \"{}\" AND {}", question.as_of.ToString(),
                     question.as_of.AddDays(kDueDays).ToString(), kNotStarted);
}

PartAsk Ask(std::string part, std::string_view service, std::string_view method,
            const google::protobuf::Message& request, const Basis& basis) {
  return {std::move(part), std::string(service), std::string(method), request.SerializeAsString(), basis};
}

PartAsk AskSums(std::string part, const OverviewQuestion& question, const std::vector<registry::Dimension>& group_by,
                const std::string& filter) {
  registry::SummarizeProjectsRequest request;
  request.set_list(question.list);
  request.set_region(question.region);
  for (const registry::Dimension dimension : group_by) request.add_group_by(dimension);
  request.set_filter(filter);
  request.set_as_of(question.as_of.ToString());
  request.set_known_at(question.known_at);
  return Ask(std::move(part), kRegistry, kSummarize, request, {question.as_of, question.known_at});
}

v1::Number Count(std::string figure, int64_t value, std::string rows) {
  v1::Number number;
  number.set_figure(std::move(figure));
  number.set_value(std::to_string(value));
  number.set_unit("count");
  number.set_rows(std::move(rows));
  return number;
}

v1::Number Money(std::string figure, int64_t fen, std::string rows) {
  v1::Number number;
  number.set_figure(std::move(figure));
  number.set_value(FormatYuan(fen));
  number.set_unit("CNY");
  number.set_rows(std::move(rows));
  return number;
}

v1::Number NumberOf(const common::Figure& figure) {
  v1::Number number;
  number.set_figure(figure.key());
  number.set_value(figure.value());
  number.set_unit(figure.unit());
  number.set_rows(figure.rows());
  return number;
}

// Of the figures that the sums are a part of: "lists.invest-2022", or "projects" for all.
std::string FigureOf(const OverviewQuestion& question) {
  return question.list.empty() ? "projects" : "lists." + IdOf(question.list);
}

using SumRow = registry::SummarizeProjectsResponse::Row;

void AddTo(SumRow& sum, const SumRow& row) {
  sum.set_projects(sum.projects() + row.projects());
  sum.set_total_investment_fen(sum.total_investment_fen() + row.total_investment_fen());
  sum.set_planned_investment_fen(sum.planned_investment_fen() + row.planned_investment_fen());
}

v1::Sums SumsOf(const OverviewQuestion& question, std::string key, const SumRow& row, const std::string& filter) {
  const std::string rows = RowsLink(question, filter), figure = FigureOf(question);
  v1::Sums sums;
  sums.set_key(std::move(key));
  *sums.mutable_projects() = Count(figure + ".projects", row.projects(), rows);
  *sums.mutable_total_investment() = Money(figure + ".total_investment", row.total_investment_fen(), rows);
  *sums.mutable_planned_investment() = Money(figure + ".planned_investment", row.planned_investment_fen(), rows);
  return sums;
}

// One of the two groupings inside regions: what it is called in a row, a filter, and the view.
struct Grouping {
  std::string_view part;
  std::string_view field;  // Of the filter language.
  int (*number)(const SumRow&);
  std::string (*name)(int);
  google::protobuf::RepeatedPtrField<v1::Sums>* (*in_region)(v1::RegionSums&);
  google::protobuf::RepeatedPtrField<v1::Sums>* (*in_view)(v1::Overview&);
};

const Grouping kGroupings[] = {
    {"sums-by-stage", "stage", [](const SumRow& row) { return static_cast<int>(row.stage()); },
     [](int number) { return registry::Stage_Name(number); },
     [](v1::RegionSums& sums) { return sums.mutable_stages(); },
     [](v1::Overview& view) { return view.mutable_stages(); }},
    {"sums-by-field", "field", [](const SumRow& row) { return static_cast<int>(row.field()); },
     [](int number) { return registry::Field_Name(number); },
     [](v1::RegionSums& sums) { return sums.mutable_fields(); },
     [](v1::Overview& view) { return view.mutable_fields(); }},
};

std::string FilterOf(const Grouping& grouping, const std::string& name) {
  return fmt::format("{} = {}", grouping.field, name);
}

void AddSums(const OverviewQuestion& question, const Grouping& grouping, const std::vector<PartAnswer>& answers,
             std::map<std::string, v1::RegionSums>& regions, std::map<std::string, SumRow>& region_totals,
             v1::Overview& view) {
  const auto answer = AnswerOf<registry::SummarizeProjectsResponse>(answers, grouping.part);
  std::map<int, SumRow> groups;
  std::map<std::string, SumRow> totals;
  for (const SumRow& row : answer.rows()) {
    const std::string name = grouping.name(grouping.number(row));
    const std::string in_region = fmt::format("region = \"{}\"", row.region());
    *grouping.in_region(regions[row.region()])->Add() =
        SumsOf(question, name, row, fmt::format("{} AND {}", in_region, FilterOf(grouping, name)));
    AddTo(groups[grouping.number(row)], row);
    AddTo(totals[row.region()], row);
  }
  for (const auto& [number, sum] : groups) {
    const std::string name = grouping.name(number);
    *grouping.in_view(view)->Add() = SumsOf(question, name, sum, FilterOf(grouping, name));
  }
  region_totals.insert(totals.begin(), totals.end());
}

// Of units by name, and of regions by code.
std::map<std::string, std::string> TitlesOf(const std::vector<PartAnswer>& answers) {
  std::map<std::string, std::string> titles;
  const auto directory = AnswerOf<registry::ListOrganizationsResponse>(answers, "directory");
  for (const registry::Organization& unit : directory.organizations()) {
    titles[unit.name()] = unit.title();
    if (IsRegional(unit)) titles[unit.region()] = unit.title();
  }
  return titles;
}

void AddRegions(const OverviewQuestion& question, const std::vector<PartAnswer>& answers,
                const std::map<std::string, std::string>& titles, v1::Overview& view) {
  std::map<std::string, v1::RegionSums> regions;
  std::map<std::string, SumRow> totals;
  for (const Grouping& grouping : kGroupings) AddSums(question, grouping, answers, regions, totals, view);
  for (auto& [code, sums] : regions) {
    *sums.mutable_sums() = SumsOf(question, code, totals[code], fmt::format("region = \"{}\"", code));
    if (const auto title = titles.find(code); title != titles.end()) sums.mutable_sums()->set_title(title->second);
    *view.add_regions() = std::move(sums);
  }
}

void AddLists(const std::vector<PartAnswer>& answers, v1::Overview& view) {
  std::map<std::string, const common::Figure*> figures;
  for (const common::Figure& figure : view.figures()) figures[figure.key()] = &figure;
  auto lists = AnswerOf<registry::ListListsResponse>(answers, "lists");
  // A master list before its sub-lists, lists beside it last; of one kind the newest first.
  std::stable_sort(lists.mutable_lists()->begin(), lists.mutable_lists()->end(), [](const auto& a, const auto& b) {
    return std::make_pair(a.kind(), -a.first_year()) < std::make_pair(b.kind(), -b.first_year());
  });
  for (const registry::List& list : lists.lists()) {
    v1::ListTotals totals;
    totals.set_name(list.name());
    totals.set_title(list.title());
    totals.set_kind(registry::List::Kind_Name(list.kind()));
    totals.set_parent(list.parent());
    const std::string prefix = "lists." + IdOf(list.name());
    const auto number = [&](std::string_view what) {
      const auto found = figures.find(prefix + std::string(what));
      return found == figures.end() ? v1::Number() : NumberOf(*found->second);
    };
    *totals.mutable_projects() = number(".projects");
    *totals.mutable_total_investment() = number(".total_investment");
    *totals.mutable_planned_investment() = number(".planned_investment");
    *view.add_lists() = std::move(totals);
  }
}

void AddFunnel(const OverviewQuestion& question, const std::vector<PartAnswer>& answers, v1::Overview& view) {
  const auto funnel = AnswerOf<registry::Funnel>(answers, "funnel");
  for (const registry::Funnel::Step& step : funnel.steps()) {
    v1::FunnelStep* shown = view.add_funnel();
    const std::string rows = RowsLink(question, fmt::format("stage = {}", registry::Stage_Name(step.stage())));
    shown->set_stage(step.stage());
    *shown->mutable_projects() = Count(FigureOf(question) + ".projects", step.projects(), rows);
    *shown->mutable_total_investment() =
        Money(FigureOf(question) + ".total_investment", step.total_investment_fen(), rows);
    shown->set_median_dwell_days(step.median_dwell_days());
    shown->set_max_dwell_days(step.max_dwell_days());
  }
}

v1::Number TotalOf(const OverviewQuestion& question, const std::vector<PartAnswer>& answers, std::string_view part,
                   const std::string& filter) {
  const auto sums = AnswerOf<registry::SummarizeProjectsResponse>(answers, part);
  if (!sums.has_total()) return {};
  return Count("", sums.total().projects(), RowsLink(question, filter));
}

}  // namespace

std::string IdOf(const std::string& name) {
  return name.substr(name.find('/') + 1);
}

bool IsRegional(const registry::Organization& unit) {
  return unit.kind() == registry::Organization::COUNTY_LEVEL || unit.kind() == registry::Organization::CITY;
}

std::string UrlEncode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::string RegionFilter(const std::string& region) {
  std::string prefix = region;
  while (prefix.size() > 2 && prefix.ends_with("00")) prefix.resize(prefix.size() - 2);
  if (region.empty()) return "";
  return prefix.size() == region.size() ? fmt::format("region = \"{}\"", region)
                                        : fmt::format("region = \"{}*\"", prefix);
}

std::string RowsLink(const OverviewQuestion& question, const std::string& filter) {
  std::string wanted = filter;
  std::string link;
  if (question.list.empty()) {
    const std::string region = RegionFilter(question.region);
    if (!region.empty()) wanted += (wanted.empty() ? "" : " AND ") + region;
    link = fmt::format("/v1/projects?as_of={}", question.as_of.ToString());
  } else {
    link = fmt::format("/v1/{}/entries?as_of={}", question.list, question.as_of.ToString());
    if (!question.region.empty()) link += "&region=" + question.region;
  }
  if (!question.known_at.empty()) link += "&known_at=" + UrlEncode(question.known_at);
  if (!wanted.empty()) link += "&filter=" + UrlEncode(wanted);
  return link;
}

std::vector<PartAsk> AsksOf(const OverviewQuestion& question, const std::vector<std::string>& services) {
  const Basis basis = {question.as_of, question.known_at};
  std::vector<PartAsk> asks;
  for (const std::string& service : services)
    std::ranges::move(AsksOfFigures(question, service), std::back_inserter(asks));
  registry::ListListsRequest lists;
  lists.set_page_size(kCatalogue);
  asks.push_back(Ask("lists", kRegistry, kListLists, lists, basis));
  registry::ListOrganizationsRequest units;
  units.set_page_size(kCatalogue);
  asks.push_back(Ask("directory", kRegistry, kListOrganizations, units, basis));
  registry::GetFunnelRequest funnel;
  funnel.set_list(question.list);
  funnel.set_region(question.region);
  funnel.set_as_of(question.as_of.ToString());
  funnel.set_known_at(question.known_at);
  asks.push_back(Ask("funnel", kRegistry, kGetFunnel, funnel, basis));
  asks.push_back(AskSums("sums-by-stage", question, {registry::BY_REGION, registry::BY_STAGE}, ""));
  asks.push_back(AskSums("sums-by-field", question, {registry::BY_REGION, registry::BY_FIELD}, ""));
  asks.push_back(AskSums("starts-late", question, {}, LateFilter(question)));
  asks.push_back(AskSums("starts-due", question, {}, DueFilter(question)));
  std::ranges::move(AsksOfApprovals(question), std::back_inserter(asks));
  return asks;
}

absl::StatusOr<v1::Overview> ComposeOverview(const OverviewQuestion& question, const std::vector<PartAnswer>& answers) {
  if (absl::Status fault = CallersFault(answers); !fault.ok()) return fault;
  v1::Overview view;
  view.set_as_of(question.as_of.ToString());
  view.set_known_at(question.known_at);
  view.set_region(question.region);
  view.set_list(question.list);
  DescribeParts(answers, view.mutable_parts());
  AddFigures(answers, view);
  AddLists(answers, view);
  AddFunnel(question, answers, view);
  const std::map<std::string, std::string> titles = TitlesOf(answers);
  AddRegions(question, answers, titles, view);
  AddApprovals(question, answers, titles, view);
  AddTrends(answers, view);
  *view.mutable_starts_late() = TotalOf(question, answers, "starts-late", LateFilter(question));
  *view.mutable_starts_due() = TotalOf(question, answers, "starts-due", DueFilter(question));
  return view;
}

}  // namespace yaoshi::gateway

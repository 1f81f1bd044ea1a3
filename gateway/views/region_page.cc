#include "gateway/views/region_page.h"

#include "common/status/status.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::gateway {
namespace {

namespace registry = yaoshi::registry::v1;

constexpr int kLargest = 20;

}  // namespace

std::vector<PartAsk> AsksOfRegionPage(const OverviewQuestion& question, const std::vector<std::string>& services) {
  std::vector<PartAsk> asks = AsksOf(question, services);
  registry::ListProjectsRequest largest;
  largest.set_page_size(kLargest);
  largest.set_filter(RegionFilter(question.region));
  largest.set_order_by("total_investment_fen desc");
  largest.set_as_of(question.as_of.ToString());
  largest.set_known_at(question.known_at);
  asks.push_back({"largest-projects",
                  "registry",
                  "/yaoshi.registry.v1.ProjectService/ListProjects",
                  largest.SerializeAsString(),
                  {question.as_of, question.known_at}});
  return asks;
}

absl::StatusOr<v1::RegionPage> ComposeRegionPage(const OverviewQuestion& question,
                                                 const std::vector<PartAnswer>& answers) {
  v1::RegionPage page;
  ASSIGN_OR_RETURN(*page.mutable_overview(), ComposeOverview(question, answers));
  const auto directory = AnswerOf<registry::ListOrganizationsResponse>(answers, "directory");
  for (const registry::Organization& unit : directory.organizations()) {
    if (IsRegional(unit) && unit.region() == question.region) *page.mutable_unit() = unit;
  }
  *page.mutable_largest_projects() = AnswerOf<registry::ListProjectsResponse>(answers, "largest-projects").projects();
  return page;
}

}  // namespace yaoshi::gateway

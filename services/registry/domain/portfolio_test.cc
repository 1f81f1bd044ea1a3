#include "services/registry/domain/portfolio.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <random>

namespace yaoshi::registry {
namespace {

const Date kDay = *Date::Parse("2022-04-20");

Uuid IdOf(int number) {
  return *Uuid::FromBytes(fmt::format("{:016}", number));
}

// Versions of projects, lists and entries as the feed may bring them.
class Versions {
 public:
  explicit Versions(unsigned seed) : random_(seed) {
    AddList("lists/all", ListKind::kMaster, "");
    AddList("lists/one", ListKind::kSub, "lists/all");
    AddList("lists/two", ListKind::kSub, "lists/all");
    AddList("lists/old", ListKind::kStandalone, "");
    for (int p = 0; p < 40; ++p) {
      for (int version = 1; version <= 1 + Any(3); ++version) AddProject(p, version);
      for (const char* list : {"lists/one", "lists/two", "lists/old"}) {
        const int last = Any(4);
        for (int version = 1; version <= last; ++version) AddEntry(list, p, version);
      }
    }
  }

  // Brings everything in a random order.
  void BringShuffled(Portfolio& portfolio) {
    std::shuffle(puts_.begin(), puts_.end(), random_);
    for (const auto& put : puts_) put(portfolio);
  }
  void BringInOrder(Portfolio& portfolio) const {
    for (const auto& put : puts_) put(portfolio);
  }

 private:
  int Any(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  void AddList(const std::string& name, ListKind kind, const std::string& parent) {
    List list;
    list.name = name;
    list.kind = kind;
    list.parent = parent;
    list.first_year = list.last_year = name == "lists/old" ? 2021 : 2022;
    puts_.emplace_back([list](Portfolio& portfolio) { portfolio.PutList(list); });
  }
  void AddProject(int number, int version) {
    static constexpr const char* kRegions[] = {"621100", "621121", "621122"};
    Project project;
    project.id = IdOf(number);
    project.title = fmt::format("第{}号", number);
    project.region = kRegions[Any(3)];
    project.field = 1 + Any(8);
    project.stage = static_cast<Stage>(1 + Any(9));
    project.competent_department = Any(2) == 0 ? "" : "organizations/dept-01";
    project.total_investment_fen = Any(1000);
    project.annual_plans = {{2021, Any(100), {}}, {2022, Any(100), {}}};
    puts_.emplace_back([project, version](Portfolio& portfolio) { portfolio.PutProject(project, version, "body"); });
  }
  void AddEntry(const std::string& list, int number, int version) {
    Entry entry;
    entry.list = list;
    entry.project = IdOf(number);
    entry.effective_on = entry.admitted_on = kDay.AddDays(-Any(50));
    entry.listed = Any(3) != 0;
    entry.kind = static_cast<EntryKind>(1 + Any(3));
    puts_.emplace_back([entry, version](Portfolio& portfolio) { portfolio.PutEntry(entry, version, "body"); });
  }

  std::mt19937 random_;
  std::vector<std::function<void(Portfolio&)>> puts_;
};

std::string TextOf(const Portfolio& portfolio, const Rollup::Group& group) {
  const Rollup::Values& v = group.values;
  return fmt::format("{} {} {} {} {}:{}/{}/{} ", v[1], v[2], v[3], portfolio.DepartmentName(v[4]), v[5],
                     group.sums.projects, group.sums.total_investment_fen, group.sums.planned_investment_fen);
}

// Every sum of a portfolio as text. Departments by name: their numbers depend on who came first.
std::string SumsOf(const Portfolio& portfolio) {
  std::string text;
  std::vector<const List*> lists = portfolio.Lists();
  lists.push_back(nullptr);
  for (const List* list : lists) {
    for (const uint32_t region : {0U, 620000U, 621100U, 621121U, 621122U}) {
      for (unsigned set = 0; set < 32; ++set) {
        std::vector<Dimension> dimensions;
        for (unsigned d = 1; d < 6; ++d) {
          if ((set >> (d - 1) & 1) != 0) dimensions.push_back(static_cast<Dimension>(d));
        }
        std::vector<std::string> groups;
        for (const Rollup::Group& group : portfolio.Summarize(list, region, dimensions, 2022)) {
          groups.push_back(TextOf(portfolio, group));
        }
        std::sort(groups.begin(), groups.end());
        text += fmt::format("{} {} {}: ", list == nullptr ? "all" : list->name, region, set);
        for (const std::string& group : groups) text += group;
        text += '\n';
      }
    }
  }
  return text;
}

Sums Visited(const Portfolio& portfolio, const List* list, uint32_t region) {
  Sums sums;
  portfolio.Visit(
      list, region,
      [&](const ListedProject& listed, int64_t planned) {
        sums += Sums{1, listed.project->total_investment_fen, planned};
      },
      2022);
  return sums;
}

TEST(PortfolioTest, AnyOrderOfArrivalGivesTheSameSums) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    Versions versions(seed);
    Portfolio in_order;
    versions.BringInOrder(in_order);
    for (int round = 0; round < 5; ++round) {
      Portfolio shuffled;
      versions.BringShuffled(shuffled);
      ASSERT_EQ(SumsOf(shuffled), SumsOf(in_order));
      versions.BringShuffled(shuffled);  // What comes again changes nothing.
      ASSERT_EQ(SumsOf(shuffled), SumsOf(in_order));
    }
  }
}

TEST(PortfolioTest, TheRowsAddUpToTheSums) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    Versions versions(seed);
    Portfolio portfolio;
    versions.BringShuffled(portfolio);
    std::vector<const List*> lists = portfolio.Lists();
    lists.push_back(nullptr);
    for (const List* list : lists) {
      for (const uint32_t region : {0U, 621100U, 621121U}) {
        Sums sums;
        for (const auto& group : portfolio.Summarize(list, region, {}, 2022)) sums += group.sums;
        EXPECT_EQ(sums, Visited(portfolio, list, region)) << (list == nullptr ? "all" : list->name);
      }
    }
  }
}

// Any dimensions at once, against adding up row by row.
TEST(PortfolioTest, TheRowsOfEveryGroupAddUpToItsSums) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    Versions versions(seed);
    Portfolio portfolio;
    versions.BringShuffled(portfolio);
    std::vector<const List*> lists = portfolio.Lists();
    lists.push_back(nullptr);
    for (const List* list : lists) {
      for (const uint32_t region : {0U, 621100U, 621121U}) {
        const std::vector<Dimension> dimensions = {Dimension::kRegion, Dimension::kField, Dimension::kStage,
                                                   Dimension::kDepartment, Dimension::kEntryKind};
        for (unsigned set = 0; set < 32; ++set) {
          std::vector<Dimension> asked;
          for (unsigned d = 0; d < 5; ++d) {
            if ((set >> d & 1) != 0) asked.push_back(dimensions[d]);
          }
          std::map<Rollup::Values, Sums> walked;
          portfolio.Visit(
              list, region,
              [&](const ListedProject& listed, int64_t planned) {
                const ProjectRow& row = *listed.project;
                const Rollup::Values whole = {0,
                                              row.region,
                                              row.field,
                                              static_cast<uint32_t>(row.stage),
                                              row.department,
                                              static_cast<uint32_t>(listed.kind)};
                Rollup::Values values = {};
                for (const Dimension d : asked) values[static_cast<size_t>(d)] = whole[static_cast<size_t>(d)];
                walked[values] += Sums{1, row.total_investment_fen, planned};
              },
              2022);
          std::map<Rollup::Values, Sums> kept;
          for (const auto& group : portfolio.Summarize(list, region, asked, 2022)) kept[group.values] = group.sums;
          EXPECT_EQ(kept, walked) << (list == nullptr ? "all" : list->name) << " " << region << " " << set;
        }
      }
    }
  }
}

}  // namespace
}  // namespace yaoshi::registry

#include "services/registry/domain/title_index.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "services/registry/domain/portfolio.h"

namespace yaoshi::registry {
namespace {

constexpr size_t kAll = 1'000'000;

filter::BoundExpr Filter(const std::string& text) {
  const auto bound = filter::ParseAndBind(text, EntryFields());
  EXPECT_TRUE(bound.ok()) << text << ": " << bound.status();
  return *bound;
}

bool Passes(const filter::BoundExpr& filter, const std::string& title) {
  return filter::Matches(filter, [&](size_t field) {
    return field == static_cast<size_t>(ProjectField::kTitle) ? filter::FieldValue(std::string_view(title))
                                                              : filter::FieldValue(int64_t{0});
  });
}

TEST(TitleIndexTest, AFilterThatSaysTooLittleLeavesAll) {
  TitleIndex index;
  index.Put(0, "渭源引洮供水");
  for (const char* filter : {R"(title : "渭")", R"(NOT title : "渭源")", R"(title < "渭源")", R"(place : "渭源")",
                             R"(title : "渭源" OR stage = PLANNED)", "title:*", R"("渭源")"}) {
    EXPECT_EQ(index.Candidates(Filter(filter), kAll), std::nullopt) << filter;
  }
}

TEST(TitleIndexTest, MoreThanAreWantedAreNone) {
  TitleIndex index;
  for (uint32_t i = 0; i < 10; ++i) index.Put(i, i < 3 ? "渭源供水" : "临洮供水");
  EXPECT_EQ(index.Candidates(Filter(R"(title : "供水")"), 9), std::nullopt);
  EXPECT_EQ(index.Candidates(Filter(R"(title : "渭源" OR title : "临洮")"), 9), std::nullopt);
  EXPECT_EQ(index.Candidates(Filter(R"(title : "渭源供水")"), 3)->size(), 3u) << "the rarest pair counts";
  EXPECT_EQ(index.Candidates(Filter(R"(title : "渭源" AND title : "供水")"), 9)->size(), 3u);
}

TEST(TitleIndexTest, WhatNoTitleHasLeavesNobody) {
  TitleIndex index;
  index.Put(0, "渭源供水");
  EXPECT_EQ(index.Candidates(Filter(R"(title : "渭水")"), kAll)->size(), 0u);
  index.Remove(0, "渭源供水");
  index.Remove(0, "never there");
  EXPECT_EQ(index.Candidates(Filter(R"(title : "渭源")"), kAll)->size(), 0u);
}

// Titles of few letters, so that much matches: of every width in bytes, and with two cases.
class Titles {
 public:
  explicit Titles(unsigned seed) : random_(seed) {}
  int Any(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string Any(int shortest, int longest) {
    static constexpr const char* kLetters[] = {"渭", "源", "a", "A", "Ⅱ", "ⅱ", "é", "É", "𠮷", "水"};
    std::string text;
    for (int left = shortest + Any(longest - shortest + 1); left > 0; --left) text += kLetters[Any(10)];
    return text;
  }
  std::string AnyFilter() {
    const auto term = [&] {
      static constexpr const char* kForms[] = {"title : \"{}\"", "title : \"{}*\"",  "title : \"*{}\"",
                                               "title = \"{}\"", "title = \"*{}*\"", "title != \"{}\""};
      return fmt::format(fmt::runtime(kForms[Any(6)]), Any(1, 4));
    };
    static constexpr const char* kShapes[] = {"{0}", "{0} AND {1}", "{0} OR {1}", "NOT ({0} OR {1})",
                                              "({0} OR {1}) AND {2}"};
    const std::string a = term(), b = term(), c = term();
    return fmt::format(fmt::runtime(kShapes[Any(5)]), a, b, c);
  }

 private:
  std::mt19937 random_;
};

TEST(TitleIndexTest, NobodyWhoPassesIsLeftOut) {
  Titles any(1);
  TitleIndex index;
  std::map<uint32_t, std::string> titles;
  int narrowed = 0;
  for (int round = 0; round < 2000; ++round) {
    const auto project = static_cast<uint32_t>(any.Any(60));
    if (titles.contains(project)) index.Remove(project, titles[project]);
    titles[project] = any.Any(0, 8);
    index.Put(project, titles[project]);
    const std::string text = any.AnyFilter();
    const filter::BoundExpr filter = Filter(text);
    const auto candidates = index.Candidates(filter, kAll);
    if (!candidates) continue;
    narrowed += candidates->size() < titles.size() ? 1 : 0;
    for (const auto& [number, title] : titles) {
      if (!Passes(filter, title)) continue;
      ASSERT_TRUE(std::find(candidates->begin(), candidates->end(), number) != candidates->end())
          << text << " leaves out " << title;
    }
  }
  EXPECT_GT(narrowed, 300);
}

Uuid IdOf(int number) {
  return *Uuid::FromBytes(fmt::format("{:016}", number));
}

// Projects of many titles, of which some are renamed; every second one is on a list below a master list.
void Fill(Portfolio& portfolio, Titles& any, std::map<Uuid, std::string>& titles) {
  List master, sub;
  master.name = sub.parent = "lists/all";
  master.kind = ListKind::kMaster;
  sub.name = "lists/one";
  sub.kind = ListKind::kSub;
  portfolio.PutList(master);
  portfolio.PutList(sub);
  for (int i = 0; i < 800; ++i) {
    Project project;
    project.id = IdOf(i * 7919 % 809);  // Not in order of id.
    project.region = i % 3 == 0 ? "621121" : "621122";
    for (int version = 1; version <= 1 + any.Any(2); ++version) {
      project.title = any.Any(3, 9);
      portfolio.PutProject(project, version, "body");
      titles[project.id] = project.title;
    }
    if (i % 2 == 0) portfolio.PutEntry({sub.name, project.id, {}, true, {}, {}, {}, {}, {}, {}}, 1, "body");
  }
}

// Every page of a query, one after the other.
template <class ReadPage, class IdOfRow>
std::vector<Uuid> AllPages(PageQuery query, const ReadPage& read, const IdOfRow& id_of) {
  std::vector<Uuid> ids;
  PageQuery::Position position;
  for (bool more = true; more;) {
    const auto page = read(query);
    for (const auto& row : page.rows) ids.push_back(id_of(row));
    more = page.more;
    if (!more) break;
    position.id = ids.back();
    query.after = &position;
  }
  return ids;
}

TEST(TitleIndexTest, PagesHoldWhatAWalkOverAllFinds) {
  Titles any(2);
  Portfolio portfolio;
  std::map<Uuid, std::string> titles;
  Fill(portfolio, any, titles);
  size_t found = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string text = fmt::format("title : \"{}\"", any.Any(2, 5));
    SCOPED_TRACE(text);
    const filter::BoundExpr filter = Filter(text);
    std::vector<Uuid> expected, expected_county, expected_listed;
    for (const auto& [id, title] : titles) {
      if (!Passes(filter, title)) continue;
      expected.push_back(id);
      if (portfolio.Find(id)->region == 621121) expected_county.push_back(id);
      if (portfolio.FindEntry("lists/one", id) != nullptr) expected_listed.push_back(id);
    }
    PageQuery query;
    query.filter = &filter;
    query.limit = 20;
    const auto projects = [&](const PageQuery& q) { return portfolio.Projects(q); };
    const auto id_of = [](const ProjectRow* row) { return row->id; };
    ASSERT_EQ(AllPages(query, projects, id_of), expected);
    for (const char* list : {"lists/one", "lists/all"}) {
      const auto entries = [&](const PageQuery& q) { return portfolio.Entries(*portfolio.FindList(list), q); };
      ASSERT_EQ(AllPages(query, entries, [](const ListedProject& row) { return row.project->id; }), expected_listed);
    }
    query.count = true;
    ASSERT_EQ(portfolio.Projects(query).total, static_cast<int64_t>(expected.size()));
    ASSERT_EQ(AllPages(query, projects, id_of), expected) << "counted";
    query.region = 621121;
    ASSERT_EQ(AllPages(query, projects, id_of), expected_county);
    found += expected.size();
  }
  EXPECT_GT(found, 300u);
}

}  // namespace
}  // namespace yaoshi::registry

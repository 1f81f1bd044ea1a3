#include "services/preapproval/domain/case_book.h"

#include <gtest/gtest.h>

#include <random>

#include "services/preapproval/testing/reference_catalogue.h"

namespace yaoshi::preapproval {
namespace {

Uuid Project(int number) {
  return Uuid::Parse("0184c2c0-0000-7000-8000-" + std::string(8, '0') + std::to_string(1000 + number)).value();
}

// Something that the feed brings.
using Arrival = std::function<void(CaseBook&)>;

Procedure Accepted(int project, const std::string& code, Date on, const std::string& department) {
  Procedure procedure;
  procedure.project = Project(project);
  procedure.code = code;
  procedure.department = department;
  procedure.region = "621122";
  procedure.state = ProcedureState::kAccepted;
  procedure.last_move = ProcedureMove::kAccept;
  procedure.submitted_on = procedure.accepted_on = procedure.state_since = procedure.effective_on = on;
  return procedure;
}

// Calendar, catalogue, cases, and procedures that were accepted, corrected and decided.
std::vector<Arrival> Arrivals() {
  std::vector<Arrival> arrivals;
  WorkYear year{2022, {}, {}};
  for (int i = 0; i < 7; ++i) year.holidays.push_back(Day("2022-01-31").AddDays(i));
  arrivals.push_back([year](CaseBook& book) { book.PutCalendar(year); });
  for (const ProcedureType& type : ReferenceTypes()) arrivals.push_back([type](CaseBook& book) { book.PutType(type); });
  const Template subject = ReferenceTemplate();
  arrivals.push_back([subject](CaseBook& book) { book.PutTemplate(subject); });
  for (int i = 0; i < 20; ++i) {
    Case one;
    one.project = Project(i);
    one.region = i % 2 == 0 ? "621122" : "621125";
    one.template_name = subject.name;
    one.opened_on = one.effective_on = Day("2022-01-04");
    for (const Node& node : subject.nodes) one.procedures.push_back({node.code, Requirement::kRequired, "", ""});
    arrivals.push_back([one](CaseBook& book) { book.PutCase(one, 1); });
    one.target_start_on = Day("2022-10-01");
    arrivals.push_back([one](CaseBook& book) { book.PutCase(one, 2); });
    const std::string department = "organizations/dept-0" + std::to_string(1 + i % 3);
    Procedure first = Accepted(i, "P01", Day("2022-01-10").AddDays(i), department);
    arrivals.push_back([first](CaseBook& book) { book.PutProcedure(first, 1); });
    first.state = ProcedureState::kInCorrection;
    first.pauses = {{PauseKind::kCorrection, first.effective_on.AddDays(2), std::nullopt, "缺件"}};
    if (i % 4 == 0) arrivals.push_back([first](CaseBook& book) { book.PutProcedure(first, 2); });
    Procedure second = Accepted(i, "P06", Day("2022-02-10"), department);
    second.signatures = {{"organizations/dept-09", false, Day("2022-02-11"), std::nullopt, false, ""}};
    second.obligations = {{1, "意见", Day("2022-03-01").AddDays(i), "P40", std::nullopt}};
    arrivals.push_back([second](CaseBook& book) { book.PutProcedure(second, 1); });
  }
  return arrivals;
}

// All that a book says, as text.
std::string Describe(const CaseBook& book) {
  std::string text;
  book.Visit(Uuid(), [&](const CaseRow& subject) {
    text += subject.project.ToString() + " " + std::to_string(subject.version);
    for (size_t place = 0; place < subject.rows().size(); ++place) {
      const ProcedureRow& row = subject.procedures[place];
      text += " " + std::to_string(static_cast<int>(row.state)) + "/" + std::to_string(row.version) + "/" +
              row.due.date().ToString() + "/" + book.DepartmentOf(subject, place);
    }
    text += "\n";
    return true;
  });
  for (const char* department : {"", "organizations/dept-01", "organizations/dept-02", "organizations/dept-09"}) {
    for (const uint32_t region : {0U, 621100U, 621122U, 621125U, 621126U}) {
      const TodoPage page = book.Todos({department, region, TodoKind{}, Day("2022-02-20"), 1000, std::nullopt});
      for (const int64_t count : page.counts) text += std::to_string(count) + " ";
      for (const Todo& todo : page.todos) {
        text += std::to_string(todo.due) + ":" + std::to_string(static_cast<int>(todo.kind)) + ":" +
                todo.subject->project.ToString() + ":" + std::to_string(todo.place) + " ";
      }
      text += "\n";
    }
  }
  return text;
}

TEST(CaseBook, AnyOrderOfArrivalTellsTheSame) {
  std::vector<Arrival> arrivals = Arrivals();
  CaseBook first;
  for (const Arrival& arrival : arrivals) arrival(first);
  const std::string expected = Describe(first);
  EXPECT_NE(expected.find("2022-02-1"), std::string::npos) << expected;  // Something is due.
  std::mt19937 random(20220420);
  for (int round = 0; round < 30; ++round) {
    std::shuffle(arrivals.begin(), arrivals.end(), random);
    CaseBook book;
    for (const Arrival& arrival : arrivals) arrival(book);
    ASSERT_EQ(Describe(book), expected) << round;
  }
}

TEST(CaseBook, CountsAndPagesAgree) {
  CaseBook book;
  for (const Arrival& arrival : Arrivals()) arrival(book);
  for (const char* department : {"", "organizations/dept-01", "organizations/dept-09"}) {
    TodoQuery query{department, 621100, TodoKind{}, Day("2022-02-20"), 1000, std::nullopt};
    const TodoPage whole = book.Todos(query);
    std::array<int64_t, kTodoKindCount> counts{};
    for (const Todo& todo : whole.todos) ++counts[static_cast<size_t>(todo.KindOn(query.today))];
    EXPECT_EQ(counts, whole.counts) << department;
    query.limit = 3;
    size_t seen = 0;
    for (;;) {
      const TodoPage page = book.Todos(query);
      for (const Todo& todo : page.todos) {
        EXPECT_EQ(todo.subject, whole.todos[seen].subject);
        EXPECT_EQ(todo.place, whole.todos[seen++].place);
      }
      if (!page.more) break;
      query.after = page.todos.back();
    }
    EXPECT_EQ(seen, whole.todos.size());
  }
}

TEST(CaseBook, AnAmendedCalendarMovesWhatIsDue) {
  CaseBook book;
  for (const Arrival& arrival : Arrivals()) arrival(book);
  const auto due = [&] {
    const CaseRow* subject = book.Find(Project(1));
    return subject->procedures[static_cast<size_t>(subject->profile->Find("P01"))].due.date();
  };
  EXPECT_EQ(due(), Day("2022-02-15"));  // Accepted on 01-11; 20 working days, without the week of the holiday.
  book.PutCalendar({2022, {}, {}});
  EXPECT_EQ(due(), Day("2022-02-08"));
}

TEST(CaseBook, OlderVersionsChangeNothing) {
  CaseBook book;
  for (const Arrival& arrival : Arrivals()) arrival(book);
  const std::string before = Describe(book);
  for (const Arrival& arrival : Arrivals()) arrival(book);
  EXPECT_EQ(Describe(book), before);
}

}  // namespace
}  // namespace yaoshi::preapproval

#include "tests/bench/scan_load.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include "services/preapproval/domain/case_plan.h"
#include "services/preapproval/domain/warning_scan.h"
#include "tests/bench/plain_schedule.h"
#include "tests/bench/thirty_procedures.h"

namespace yaoshi::bench {
namespace {

using preapproval::CaseBook;
using preapproval::CaseRow;
using preapproval::Day;
using preapproval::Procedure;
using preapproval::ProcedureState;
using preapproval::Task;
using preapproval::WarningKind;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kToday = "2021-09-01";
constexpr int kExtraLimit = 15;      // Of the types that the reference has not.
constexpr int kMostDecided = 12;     // Procedures of a case.
constexpr int kMostRunning = 3;      // Behind those.
constexpr int kRunningSince = 45;    // Calendar days, at most.
constexpr int kTargetsWithin = 200;  // Calendar days, from 2022-01-04 on.

double SecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Uuid Project(int number) {
  return Uuid::Parse(fmt::format("0184c2c0-0000-7000-8000-{:012}", number)).value();
}

// What both sides must agree in.
struct Found {
  int64_t warnings = 0;
  int64_t checksum = 0;
  void Add(WarningKind kind, int32_t due) {
    ++warnings;
    checksum += int64_t{due} * static_cast<int>(kind);
  }
  friend bool operator==(const Found&, const Found&) = default;
};

// Fills a book with cases as a city has them in the middle of the year.
class Filler {
 public:
  explicit Filler(bool one_day)
      : one_day_(one_day), subject_(ThirtyProcedures()), types_(preapproval::ReferenceTypes()) {
    for (const preapproval::Node& node : subject_.nodes) {
      const auto known = [&](const preapproval::ProcedureType& type) { return type.code == node.code; };
      if (std::none_of(types_.begin(), types_.end(), known)) {
        types_.push_back(preapproval::TypeOf(node.code, "专项手续", kExtraLimit));
      }
    }
  }

  void Fill(int cases, CaseBook& book) {
    for (const WorkYear& year : preapproval::ReferenceYears()) book.PutCalendar(year);
    for (const preapproval::ProcedureType& type : types_) book.PutType(type);
    book.PutTemplate(subject_);
    due_today_ = AcceptedSoThatDueToday(book.calendar());
    for (int i = 1; i <= cases; ++i) Put(i, book);
  }

 private:
  // When 项目建议书 was accepted if it is due today.
  Date AcceptedSoThatDueToday(const WorkCalendar& calendar) const {
    Date accepted = Day(kToday);
    while (*DueOn({accepted, std::nullopt, {}}, types_[1].terms[0], calendar).value() > Day(kToday)) {
      accepted = accepted.AddDays(-1);
    }
    return accepted;
  }

  void Put(int number, CaseBook& book) {
    preapproval::Case subject;
    subject.project = Project(number);
    subject.region = "621122";
    subject.template_name = subject_.name;
    subject.opened_on = subject.effective_on = Day("2021-01-04");
    subject.target_start_on = one_day_ ? Day("2022-12-01") : Day("2022-01-04").AddDays(Below(kTargetsWithin));
    for (const preapproval::Node& node : subject_.nodes) {
      subject.procedures.push_back({node.code, preapproval::Requirement::kRequired, "", ""});
    }
    book.PutCase(subject, 1);
    const int decided = one_day_ ? 1 : Below(kMostDecided + 1);
    const int running = one_day_ ? 1 : Below(kMostRunning + 1);
    for (int place = 0; place < decided + running; ++place) {
      book.PutProcedure(At(subject, place, place < decided), 2);
    }
  }

  Procedure At(const preapproval::Case& subject, int place, bool decided) {
    Procedure procedure;
    procedure.project = subject.project;
    procedure.code = subject.procedures[static_cast<size_t>(place)].code;
    procedure.department = "organizations/dept-01";
    procedure.region = subject.region;
    procedure.state = decided ? ProcedureState::kApproved : ProcedureState::kAccepted;
    const Date accepted = one_day_ ? due_today_ : Day(kToday).AddDays(-1 - Below(kRunningSince));
    procedure.submitted_on = procedure.accepted_on = procedure.state_since = procedure.effective_on = accepted;
    if (decided) procedure.decided_on = procedure.effective_on = Day(kToday).AddDays(-1);
    return procedure;
  }

  int Below(int bound) { return static_cast<int>(random_() % static_cast<uint32_t>(bound)); }

  const bool one_day_;
  const preapproval::Template subject_;
  std::vector<preapproval::ProcedureType> types_;
  std::mt19937 random_{7};
  Date due_today_;
};

// What a programmer would keep who has nothing but arrays: the tasks of a case, what is due of it, and its target.
struct Arrays {
  std::vector<Task> tasks;        // A row of nodes per case.
  std::vector<int32_t> due;       // Of what runs; 0: nothing does.
  std::vector<size_t> first_due;  // Where a case's begin.
  std::vector<int32_t> targets;
};

Arrays ArraysOf(const CaseBook& book) {
  Arrays arrays;
  book.Visit(Uuid(), [&](const CaseRow& subject) {
    const auto tasks = TasksOf(book, subject, subject.profile->graph.get(), Day(kToday)).value();
    arrays.tasks.insert(arrays.tasks.end(), tasks.begin(), tasks.end());
    arrays.first_due.push_back(arrays.due.size());
    for (const preapproval::ProcedureRow& row : subject.rows()) {
      if (row.due) arrays.due.push_back(row.due.date().days());
    }
    arrays.targets.push_back(subject.target_start.date().days());
    return true;
  });
  arrays.first_due.push_back(arrays.due.size());
  return arrays;
}

// Of the reference's types the law alone sets limits: what is overdue is so by law, too.
Found PlainPass(const CaseBook& book, const Arrays& arrays) {
  Found found;
  const preapproval::CaseGraph& graph = *book.Find(Project(1))->profile->graph;
  PlainSchedule plain(graph, book.calendar(), Day(kToday));
  const int32_t today = Day(kToday).days();
  const int32_t soon =
      book.calendar().AddWorkingDays(Day(kToday), preapproval::WarningRule().due_working_days + 1)->days();
  for (size_t i = 0; i < arrays.targets.size(); ++i) {
    for (size_t at = arrays.first_due[i]; at < arrays.first_due[i + 1]; ++at) {
      const int32_t due = arrays.due[at];
      if (due < today) {
        found.Add(WarningKind::kOverdue, due);
        found.Add(WarningKind::kLegallyOverdue, due);
      } else if (due < soon) {
        found.Add(WarningKind::kDueSoon, due);
      }
    }
    const int32_t start = plain.Forward(&arrays.tasks[i * graph.nodes().size()], plain.days().Before(today));
    if (start > plain.days().UpTo(arrays.targets[i])) found.Add(WarningKind::kStartAtRisk, arrays.targets[i]);
  }
  return found;
}

struct Scanned {
  Found found;
  int steps = 0;
  double longest_step = 0;  // Seconds.
};

Scanned Scan(const CaseBook& book) {
  Scanned scanned;
  Uuid after;
  for (bool end = false; !end; ++scanned.steps) {
    const auto begin = Clock::now();
    const preapproval::ScanStep step = NextStep(book, after, {}, Day(kToday));
    scanned.longest_step = std::max(scanned.longest_step, SecondsSince(begin));
    for (const preapproval::Warning& one : step.warnings) scanned.found.Add(one.kind, one.due_on.days());
    after = step.after;
    end = step.end;
  }
  return scanned;
}

}  // namespace

int RunScan(const ScanLoad& load) {
  CaseBook book;
  Filler(load.one_day).Fill(load.cases, book);
  const Arrays arrays = ArraysOf(book);
  std::vector<double> scan_seconds, plain_seconds;
  Scanned last;
  double longest = 0;
  for (int round = 0; round < load.rounds; ++round) {
    auto begin = Clock::now();
    last = Scan(book);
    scan_seconds.push_back(SecondsSince(begin));
    longest = std::max(longest, last.longest_step);
    begin = Clock::now();
    const Found plain = PlainPass(book, arrays);
    plain_seconds.push_back(SecondsSince(begin));
    if (plain == last.found) continue;
    fmt::print(stderr, "The scan found {} warnings, the plain pass {}.\n", last.found.warnings, plain.warnings);
    return 1;
  }
  fmt::print(
      "{{\"count\": {}, \"steps\": {}, \"longest_step_ms\": {}, \"warnings\": {}, \"scan_seconds\": {}, "
      "\"plain_seconds\": {}}}\n",
      load.cases, last.steps, longest * 1e3, last.found.warnings, Median(scan_seconds), Median(plain_seconds));
  return 0;
}

}  // namespace yaoshi::bench

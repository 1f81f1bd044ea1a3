#include "services/preapproval/scenario_applier.h"

#include <algorithm>
#include <map>
#include <span>

#include "common/feed/staged_set.h"
#include "common/status/status.h"
#include "services/preapproval/case_writer.h"
#include "services/preapproval/domain/baseline.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_store.h"
#include "services/preapproval/store/scenario_cases.h"

namespace yaoshi::preapproval {
namespace {

// A case is a version and its columns; a chunk stays under a transaction's bound.
constexpr size_t kChunk = 250;

class Applier {
 public:
  Applier(const Context& context, rpc::Call& call, const std::string& reason, const v1::Scenario& scenario,
          feed::StagedSet& staged)
      : context_(context),
        call_(call),
        reason_(reason),
        closed_(Closed(call, scenario, v1::Scenario::APPLIED)),
        id_(Scenarios().IdOf(scenario.name()).value_or(Uuid())),
        changes_(ChangesOf(scenario.changes())),
        staged_(staged) {}

  absl::StatusOr<v1::Scenario> Run() {
    ASSIGN_OR_RETURN(const std::string packed, Scenarios().store.LoadCases(call_.session(), id_));
    ASSIGN_OR_RETURN(const std::vector<ScenarioCase> cases, UnpackScenarioCases(packed));
    RETURN_IF_ERROR(staged_.Begin());
    // The scenario first: of two that apply it one gets no further.
    RETURN_IF_ERROR(Explain(staged_.Stage({Scenarios().NextVersion(closed_)})));
    for (size_t begin = 0; begin < cases.size(); begin += kChunk) {
      RETURN_IF_ERROR(StageCases(std::span(cases).subspan(begin, std::min(kChunk, cases.size() - begin))));
    }
    return context_.writer.Transact<v1::Scenario>(call_, {reason_, false},
                                                  [&](feed::Tx& tx) -> absl::StatusOr<v1::Scenario> {
                                                    RETURN_IF_ERROR(Scenarios().store.DeleteCases(tx.session(), id_));
                                                    RETURN_IF_ERROR(tx.CommitStagedSet(staged_.id()));
                                                    return closed_;
                                                  });
  }

 private:
  // Whether the cases are as they were counted.
  absl::Status CheckUnchanged(std::span<const ScenarioCase> cases) const {
    return context_.memory.Read([&](const CaseBook& book) -> absl::Status {
      for (const ScenarioCase& one : cases) {
        const CaseRow* subject = book.Find(one.project);
        if (subject == nullptr || subject->version != one.version) return CaseChanged(CaseName(one.project));
        const absl::StatusOr<Date> target = TargetOf(book, *subject);
        if ((target.ok() ? std::optional<Date>(*target) : std::nullopt) != one.target_before) {
          return CaseChanged(CaseName(one.project));
        }
      }
      return absl::OkStatus();
    });
  }

  absl::Status StageCases(std::span<const ScenarioCase> cases) {
    RETURN_IF_ERROR(CheckUnchanged(cases));
    std::map<Uuid, const ScenarioCase*> by_project;
    std::vector<Uuid> projects;
    for (const ScenarioCase& one : cases) {
      by_project[one.project] = &one;
      projects.push_back(one.project);
    }
    ASSIGN_OR_RETURN(const std::vector<StoredBody> stored, LoadCases(call_.session(), projects));
    std::vector<feed::Version> versions;
    std::vector<CaseVersion> columns;
    for (const StoredBody& one : stored) {
      v1::Case before;
      before.ParseFromString(one.body);
      const Case subject = Changed(FromProto(before), *by_project[one.project]);
      versions.push_back(
          VersionOf(NextCase(subject, before, call_.now(), call_.principal().account), subject.effective_on));
      if (versions.back().version != by_project[one.project]->version + 1) return CaseChanged(before.name());
      columns.push_back({subject, versions.back().version});
    }
    return Explain(staged_.Stage(versions, [&](db::Session& tx) { return InsertCases(tx, staged_.id(), columns); }));
  }

  Case Changed(Case subject, const ScenarioCase& counted) const {
    if (counted.target_after != counted.target_before) subject.target_start_on = counted.target_after;
    Require(subject.procedures, changes_.AddedTo(subject.project, subject.procedures), reason_);
    SetBaseline(subject);
    subject.effective_on = call_.today();
    return subject;
  }

  // Another writer was faster: at the scenario itself, or at a case.
  absl::Status Explain(const absl::Status& staged) const {
    if (ReasonOf(staged) != "ETAG_MISMATCH") return staged;
    const std::string name = MetadataOf(staged, "resource");
    return name == closed_.name() ? ScenarioClosed(name) : CaseChanged(name);
  }

  const Context& context_;
  rpc::Call& call_;
  const std::string& reason_;
  v1::Scenario closed_;
  const Uuid id_;
  const Scenario changes_;
  feed::StagedSet& staged_;
};

}  // namespace

v1::Scenario Closed(const rpc::Call& call, v1::Scenario scenario, v1::Scenario::State state) {
  scenario.set_state(state);
  scenario.set_close_time(call.now().ToString());
  scenario.set_close_account(call.principal().account);
  return scenario;
}

absl::StatusOr<v1::Scenario> ApplyScenario(const Context& context, rpc::Call& call, const std::string& reason,
                                           const v1::Scenario& scenario) {
  feed::StagedSet staged(call.session(), SystemClock(), feed::AuthorOf(call, reason), kCaseSideTables);
  absl::StatusOr<v1::Scenario> applied = Applier(context, call, reason, scenario, staged).Run();
  if (!applied.ok()) staged.Discard();
  return applied;
}

}  // namespace yaoshi::preapproval

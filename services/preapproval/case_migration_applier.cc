#include "services/preapproval/case_migration_applier.h"

#include <algorithm>
#include <map>
#include <span>

#include "common/feed/staged_set.h"
#include "common/status/status.h"
#include "services/preapproval/case_migration_previewer.h"
#include "services/preapproval/case_writer.h"
#include "services/preapproval/domain/baseline.h"
#include "services/preapproval/domain/procedure.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/case_migration_store.h"
#include "services/preapproval/store/case_store.h"

namespace yaoshi::preapproval {
namespace {

// A case is a version and its columns, and some procedures besides; a chunk stays under a transaction's bound.
constexpr size_t kChunk = 200;
constexpr size_t kProceduresPerChunk = 400;

using Chunk = std::span<const MigratedCase>;

std::vector<Uuid> ProjectsOf(Chunk cases) {
  std::vector<Uuid> projects;
  for (const MigratedCase& one : cases) projects.push_back(one.project);
  return projects;
}

// A case as it is, with the newest version of all that was ever a procedure of it.
struct LoadedCase {
  v1::Case proto;
  std::map<std::string, std::pair<int64_t, Procedure>> procedures;
  MigrationPlan plan;
};

// What applying and taking back have in common: the migration's next version, the staged set, chunks of cases.
class Stager {
 public:
  Stager(const Context& context, rpc::Call& call, const std::string& reason, v1::CaseMigration closed,
         absl::Status (*too_late)(std::string_view))
      : context_(context),
        call_(call),
        reason_(reason),
        closed_(std::move(closed)),
        id_(CaseMigrations().IdOf(closed_.name()).value_or(Uuid())),
        too_late_(too_late),
        staged_(call.session(), SystemClock(), feed::AuthorOf(call, reason), kCaseSideTables) {}

  // Stages the migration first: of two that close it one gets no further. Then the cases, chunk by chunk, and makes all
  // of it true with what `last` writes.
  absl::StatusOr<v1::CaseMigration> Run(const std::function<absl::Status(Chunk)>& stage,
                                        const std::function<absl::Status(feed::Tx&)>& last) {
    absl::StatusOr<v1::CaseMigration> done = Try(stage, last);
    if (!done.ok()) staged_.Discard();
    return done;
  }

  absl::Status Stage(const std::vector<feed::Version>& versions, const feed::StagedSet::Part& columns,
                     const std::vector<Uuid>& held) {
    return Explain(staged_.Stage(
        versions, columns, [&](db::Session& tx) { return held.empty() ? absl::OkStatus() : GuardCases(tx, held); }));
  }
  absl::Status StageCases(const std::vector<std::pair<v1::Case, Case>>& cases) {
    std::vector<feed::Version> versions;
    std::vector<CaseVersion> columns;
    std::vector<Uuid> held;
    for (const auto& [before, subject] : cases) {
      versions.push_back(
          VersionOf(NextCase(subject, before, call_.now(), call_.principal().account), subject.effective_on));
      columns.push_back({subject, versions.back().version});
      held.push_back(subject.project);
    }
    return Stage(
        versions, [&](db::Session& tx) { return InsertCases(tx, staged_.id(), columns); }, held);
  }

  const Context& context() const { return context_; }
  rpc::Call& call() const { return call_; }
  const Uuid& id() const { return id_; }
  const Uuid& set() const { return staged_.id(); }

 private:
  absl::StatusOr<v1::CaseMigration> Try(const std::function<absl::Status(Chunk)>& stage,
                                        const std::function<absl::Status(feed::Tx&)>& last) {
    ASSIGN_OR_RETURN(const std::string packed, CaseMigrations().store.LoadCases(call_.session(), id_));
    ASSIGN_OR_RETURN(const std::vector<MigratedCase> cases, UnpackMigratedCases(packed));
    RETURN_IF_ERROR(staged_.Begin());
    RETURN_IF_ERROR(Stage({CaseMigrations().NextVersion(closed_)}, nullptr, {}));
    for (size_t begin = 0; begin < cases.size(); begin += kChunk) {
      RETURN_IF_ERROR(stage(std::span(cases).subspan(begin, std::min(kChunk, cases.size() - begin))));
    }
    return context_.writer.Transact<v1::CaseMigration>(call_, {reason_, false},
                                                       [&](feed::Tx& tx) -> absl::StatusOr<v1::CaseMigration> {
                                                         RETURN_IF_ERROR(last(tx));
                                                         RETURN_IF_ERROR(tx.CommitStagedSet(staged_.id()));
                                                         return closed_;
                                                       });
  }

  // Another writer was faster: at the migration itself, or at a case.
  absl::Status Explain(const absl::Status& staged) const {
    if (ReasonOf(staged) != "ETAG_MISMATCH") return staged;
    const std::string name = MetadataOf(staged, "resource");
    return name == closed_.name() ? too_late_(name) : CaseChanged(name);
  }

  const Context& context_;
  rpc::Call& call_;
  const std::string& reason_;
  v1::CaseMigration closed_;
  const Uuid id_;
  absl::Status (*const too_late_)(std::string_view);
  feed::StagedSet staged_;
};

class Applier {
 public:
  Applier(Stager& stager, const Migrator& migrator, const v1::CaseMigration& migration)
      : stager_(stager), migrator_(migrator), migration_(migration) {}

  // The cases are staged first: from then on nothing in them moves, and what is read is what goes on.
  absl::Status Stage(Chunk cases) {
    ASSIGN_OR_RETURN(const std::vector<LoadedCase> loaded, Load(cases));
    std::vector<std::pair<v1::Case, Case>> next;
    for (const LoadedCase& one : loaded) {
      Case subject = FromProto(one.proto);
      subject.template_name = migration_.to_template();
      subject.procedures = one.plan.procedures;
      SetBaseline(subject);
      subject.effective_on = stager_.call().today();
      next.emplace_back(one.proto, std::move(subject));
    }
    RETURN_IF_ERROR(stager_.StageCases(next));
    ASSIGN_OR_RETURN(const std::vector<LoadedCase> frozen, Load(cases));
    std::vector<ProcedureVersion> procedures;
    for (const LoadedCase& one : frozen) Continue(one, procedures);
    for (size_t begin = 0; begin < procedures.size(); begin += kProceduresPerChunk) {
      const auto first = procedures.begin() + static_cast<std::ptrdiff_t>(begin);
      const size_t count = std::min(kProceduresPerChunk, procedures.size() - begin);
      RETURN_IF_ERROR(StageProcedures({first, first + static_cast<std::ptrdiff_t>(count)}));
    }
    return absl::OkStatus();
  }

 private:
  // The cases with their plans, which are those that were previewed. CASE_CHANGED.
  absl::StatusOr<std::vector<LoadedCase>> Load(Chunk cases) {
    const std::vector<Uuid> projects = ProjectsOf(cases);
    ASSIGN_OR_RETURN(const std::vector<StoredBody> subjects, LoadCases(stager_.call().session(), projects));
    ASSIGN_OR_RETURN(const std::vector<StoredBody> versions, LoadProcedureVersions(stager_.call().session(), projects));
    std::map<Uuid, LoadedCase> loaded;
    for (const StoredBody& body : subjects) loaded[body.project].proto.ParseFromString(body.body);
    for (const StoredBody& body : versions) {  // They come in their order: the newest stays.
      v1::Procedure proto;
      proto.ParseFromString(body.body);
      loaded[body.project].procedures[body.code] = {body.version, FromProto(proto)};
    }
    std::vector<LoadedCase> all;
    for (const MigratedCase& one : cases) {
      LoadedCase& subject = loaded[one.project];
      const v1::Case& proto = subject.proto;
      const bool open = proto.template_() == migration_.from_template() && proto.closed_on().empty();
      if (!open || !stager_.call().MayTouch(proto.region(), "")) return CaseChanged(CaseName(one.project));
      subject.plan = PlanOf(one.project, subject);
      if (!subject.plan.refusals.empty() || DigestOf(subject.plan) != one.digest) {
        return CaseChanged(CaseName(one.project));
      }
      all.push_back(std::move(subject));
    }
    return all;
  }

  MigrationPlan PlanOf(const Uuid& project, const LoadedCase& loaded) const {
    const Case subject = FromProto(loaded.proto);
    MigrationStandings standings;
    for (const Applicability& one : subject.procedures) {
      const auto found = loaded.procedures.find(one.code);
      if (found == loaded.procedures.end()) continue;
      const Procedure procedure = OnDay(found->second.second, stager_.call().today());
      const bool owes = std::any_of(procedure.obligations.begin(), procedure.obligations.end(),
                                    [](const Obligation& obligation) { return !obligation.fulfilled_on; });
      standings[one.code] = {procedure.state, owes};
    }
    return stager_.context().memory.Read([&](const CaseBook& book) {
      const ProjectRow* facts = book.FindProject(project);
      return migrator_.Plan(subject.procedures, facts == nullptr ? nullptr : &facts->facts.attributes, standings);
    });
  }

  // What goes on under another code takes up there what it was; what a migration long ago left under a code that comes
  // back begins anew.
  void Continue(const LoadedCase& one, std::vector<ProcedureVersion>& versions) const {
    const Case subject = FromProto(one.proto);
    for (const Applicability& next : one.plan.procedures) {
      const auto copy = one.plan.copies.find(next.code);
      const auto there = one.procedures.find(next.code);
      const bool had = std::any_of(subject.procedures.begin(), subject.procedures.end(),
                                   [&](const Applicability& before) { return before.code == next.code; });
      Procedure procedure;
      if (copy != one.plan.copies.end()) {
        procedure = one.procedures.at(copy->second).second;
        procedure.last_move = ProcedureMove::kMigrate;
      } else if (!had && there != one.procedures.end() && there->second.second.state != ProcedureState::kNotStarted) {
        procedure.project = subject.project;
        procedure.region = subject.region;
        procedure.department = there->second.second.department;
        procedure.state_since = procedure.effective_on = stager_.call().today();
      } else {
        continue;
      }
      procedure.code = next.code;
      const int64_t version = there == one.procedures.end() ? 0 : there->second.first;
      if (version > 0) procedure.effective_on = std::max(procedure.effective_on, there->second.second.effective_on);
      versions.push_back({procedure, version + 1});
    }
  }

  absl::Status StageProcedures(const std::vector<ProcedureVersion>& procedures) {
    std::vector<feed::Version> versions;
    for (const auto& [procedure, version] : procedures) {
      versions.push_back(VersionOf(ToProto(procedure, {.version = version,
                                                       .create_time = "",
                                                       .update_time = stager_.call().now().ToString(),
                                                       .update_account = stager_.call().principal().account})));
    }
    return stager_.Stage(versions, [&](db::Session& tx) { return InsertProcedures(tx, stager_.set(), procedures); },
                         {});
  }

  Stager& stager_;
  const Migrator& migrator_;
  const v1::CaseMigration& migration_;
};

// Each case of a chunk as it was before the migration, as one more version; then nothing in it moves any more, and
// whether anything moved since is asked.
absl::Status StageReturn(Stager& stager, const Uuid& applied, Chunk cases) {
  const std::vector<Uuid> projects = ProjectsOf(cases);
  db::Session& session = stager.call().session();
  ASSIGN_OR_RETURN(const std::vector<StoredBody> newest, LoadCases(session, projects));
  std::vector<std::pair<Uuid, int64_t>> before;
  for (const StoredBody& one : newest) before.emplace_back(CaseId(one.project), one.version - 1);
  ASSIGN_OR_RETURN(const std::vector<std::string> bodies, LoadBodies(session, before));
  std::vector<std::pair<v1::Case, Case>> next;
  for (size_t i = 0; i < newest.size(); ++i) {
    v1::Case now, then;
    now.ParseFromString(newest[i].body);
    then.ParseFromString(bodies[i]);
    if (bodies[i].empty() || !stager.call().MayTouch(now.region(), "")) return CaseMovedSince(now.name());
    Case subject = FromProto(then);
    subject.baselines = now.baselines();
    SetBaseline(subject);
    subject.effective_on = stager.call().today();
    next.emplace_back(std::move(now), std::move(subject));
  }
  RETURN_IF_ERROR(stager.StageCases(next));
  ASSIGN_OR_RETURN(const std::optional<Uuid> moved, FirstMovedSince(session, projects, applied));
  return moved ? CaseMovedSince(CaseName(*moved)) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::CaseMigration> ApplyMigration(const Context& context, rpc::Call& call, const std::string& reason,
                                                 const v1::CaseMigration& migration) {
  ASSIGN_OR_RETURN(const Migrator migrator,
                   MigratorOf(context, migration.from_template(), migration.to_template(), RulesOf(migration.rules())));
  v1::CaseMigration applied = migration;
  applied.set_state(v1::CaseMigration::APPLIED);
  applied.set_apply_time(call.now().ToString());
  applied.set_apply_account(call.principal().account);
  applied.set_apply_reason(reason);
  Stager stager(context, call, reason, std::move(applied), &CaseMigrationClosed);
  Applier applier(stager, migrator, migration);
  return stager.Run([&](Chunk cases) { return applier.Stage(cases); },
                    [&](feed::Tx& tx) { return SetAppliedSet(tx.session(), stager.id(), stager.set()); });
}

absl::StatusOr<v1::CaseMigration> RevertMigration(const Context& context, rpc::Call& call, const std::string& reason,
                                                  const v1::CaseMigration& migration) {
  v1::CaseMigration reverted = migration;
  reverted.set_state(v1::CaseMigration::REVERTED);
  reverted.set_revert_time(call.now().ToString());
  reverted.set_revert_account(call.principal().account);
  reverted.set_revert_reason(reason);
  Stager stager(context, call, reason, std::move(reverted), &CaseMigrationNotApplied);
  ASSIGN_OR_RETURN(const Uuid applied, LoadAppliedSet(call.session(), stager.id()));
  return stager.Run([&](Chunk cases) { return StageReturn(stager, applied, cases); },
                    [&](feed::Tx& tx) { return CaseMigrations().store.DeleteCases(tx.session(), stager.id()); });
}

}  // namespace yaoshi::preapproval

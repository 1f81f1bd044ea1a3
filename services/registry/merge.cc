#include "services/registry/merge.h"

#include <fmt/format.h>

#include "services/registry/adjuster.h"
#include "services/registry/errors.h"
#include "services/registry/project_writer.h"
#include "services/registry/staged_set.h"

namespace yaoshi::registry {
namespace {

absl::StatusOr<std::vector<v1::Project>> CloseDuplicate(const rpc::Call& call, const Editable& from,
                                                        const MergeOrder& order) {
  const v1::Project* state = StateOn(from.timeline, order.on);
  if (state == nullptr) return EffectiveBeforeProject(from.newest.name(), order.on.ToString());
  v1::Project closed = *state;
  closed.set_stage(v1::CANCELLED);
  closed.set_stage_since(order.on.ToString());
  closed.set_merged_into(ProjectName(order.into));
  // Later statements end with the merge, too: a duplicate has no life of its own after it.
  std::vector<v1::Project> statements = Amend(from.timeline, order.on, {"merged_into"}, closed);
  for (v1::Project& statement : statements) {
    statement.set_stage(closed.stage());
    statement.set_stage_since(closed.stage_since());
  }
  Stamp(statements, from.version, call);
  return statements;
}

absl::StatusOr<std::vector<v1::Project>> TakeLineage(const rpc::Call& call, const Editable& into,
                                                     const MergeOrder& order) {
  const v1::Project* state = StateOn(into.timeline, order.on);
  if (state == nullptr) return EffectiveBeforeProject(into.newest.name(), order.on.ToString());
  // Later statements keep the lineage that they have: another merge may be among them.
  std::vector<v1::Project> statements = Amend(into.timeline, order.on, {}, *state);
  for (v1::Project& statement : statements) statement.add_merged_from(ProjectName(order.from));
  Stamp(statements, into.version, call);
  return statements;
}

absl::Status MoveEntries(const Portfolio& portfolio, const MergeOrder& order, const std::string& from_region,
                         const std::string& into_region, Batch& batch) {
  for (const std::string& list : portfolio.ListsOf(order.from)) {
    const Portfolio::EntryState state = portfolio.StateOfEntry(list, order.from);
    if (state.effective_on > order.on) return LaterChangeExists(ProjectName(order.from), state.effective_on.ToString());
    v1::Entry proto;
    proto.ParseFromString(portfolio.FindEntry(list, order.from)->body);
    const Entry entry = FromProto(proto);
    batch.entries.push_back(Remove(state, entry, order.on, order.reason, ""));
    batch.entry_regions.push_back(from_region);
    const Portfolio::EntryState heir = portfolio.StateOfEntry(list, order.into);
    if (heir.listed) continue;
    if (heir.effective_on > order.on) return LaterChangeExists(ProjectName(order.into), heir.effective_on.ToString());
    Entry moved = entry;
    moved.project = order.into;
    moved.reason = order.reason;
    batch.entries.push_back(Admit(heir, std::move(moved), order.on));
    batch.entry_regions.push_back(into_region);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Project> Merge(const Context& context, const rpc::Call& call, feed::Tx& tx,
                                  const MergeOrder& order) {
  ASSIGN_OR_RETURN(const Editable from, LoadForWrite(call, tx.session(), order.from, order.etag));
  ASSIGN_OR_RETURN(const Editable into, LoadForWrite(call, tx.session(), order.into, ""));
  Batch batch;
  ASSIGN_OR_RETURN(batch.projects, CloseDuplicate(call, from, order));
  ASSIGN_OR_RETURN(const std::vector<v1::Project> heirs, TakeLineage(call, into, order));
  batch.projects.insert(batch.projects.end(), heirs.begin(), heirs.end());
  RETURN_IF_ERROR(context.memory.Read([&](const Portfolio& portfolio) {
    return MoveEntries(portfolio, order, from.newest.region(), into.newest.region(), batch);
  }));
  RETURN_IF_ERROR(Save(tx, batch));
  return heirs.back();
}

absl::Status CheckTwins(const std::vector<v1::Project>& projects) {
  std::vector<Likeness> likenesses;
  for (const v1::Project& p : projects) {
    likenesses.push_back(LikenessOf(p.title(), p.place(), p.owner_title(), p.owner_credit_code()));
  }
  for (size_t i = 0; i < projects.size(); ++i) {
    if (!projects[i].duplicate_override_reason().empty()) continue;
    for (size_t j = 0; j < i; ++j) {
      if (projects[i].region() != projects[j].region() || Similarity(likenesses[i], likenesses[j]) < kSuspicious)
        continue;
      return PossibleDuplicate(fmt::format("requests[{}].project", i),
                               {fmt::format("requests[{}].project “{}”", j, projects[j].title())});
    }
  }
  return absl::OkStatus();
}

}  // namespace yaoshi::registry

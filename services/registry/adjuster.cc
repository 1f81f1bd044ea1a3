#include "services/registry/adjuster.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_join.h"
#include "common/region/region.h"
#include "services/registry/errors.h"
#include "services/registry/project_writer.h"
#include "services/registry/summary.h"

namespace yaoshi::registry {
namespace {

constexpr size_t kRefusalsShown = 100;
constexpr size_t kMostChanges = 20000;

// Why a change of an order is refused.
struct Refusal {
  std::string reason;
  std::string field;
  std::string description;
};

absl::Status Refused(const std::vector<Refusal>& refusals) {
  if (refusals.empty()) return absl::OkStatus();
  const Refusal& first = refusals.front();
  std::vector<Precondition> shown;
  for (size_t i = 0; i < std::min(refusals.size(), kRefusalsShown); ++i) {
    shown.push_back({refusals[i].reason, refusals[i].field, refusals[i].description});
  }
  return WithPreconditions(
      Error(absl::StatusCode::kFailedPrecondition, first.reason,
            fmt::format("{} of the order's changes cannot be made; the first is {}: {}. Nothing was changed.",
                        refusals.size(), first.field, first.description),
            {{"refusals", fmt::format("{}", refusals.size())}, {"field", first.field}}),
      shown);
}

std::string Or(const std::string& text, const std::string& otherwise) {
  return text.empty() ? otherwise : text;
}

// One order in the making.
class Order {
 public:
  Order(const Context& context, rpc::Call& call, const v1::AdjustListRequest& request, List list, Date on)
      : context_(context), call_(call), request_(request), list_(std::move(list)), on_(on) {
    adjustment_.set_name(fmt::format("{}/adjustments/{}", list_.name, Uuid::New(SystemClock()).ToString()));
    adjustment_.set_number(request.number());
    adjustment_.set_reason(request.reason());
    adjustment_.set_effective_on(on.ToString());
    adjustment_.set_additions(request.additions_size());
    adjustment_.set_removals(request.removals_size());
    adjustment_.set_amendments(request.amendments_size());
    adjustment_.set_record_time(call.now().ToString());
    adjustment_.set_account(call.principal().account);
  }

  // Works out all statements; every refused change is named.
  absl::StatusOr<Batch> Plan() {
    const absl::Status changes = context_.memory.Read([this](const Portfolio& portfolio) -> absl::Status {
      for (int i = 0; i < request_.additions_size(); ++i) RETURN_IF_ERROR(Add(portfolio, i));
      for (int i = 0; i < request_.removals_size(); ++i) RETURN_IF_ERROR(Take(portfolio, i));
      for (int i = 0; i < request_.amendments_size(); ++i) RETURN_IF_ERROR(Amended(portfolio, i));
      return absl::OkStatus();
    });
    RETURN_IF_ERROR(changes);
    for (const AddedProject& added : added_) RETURN_IF_ERROR(Admitted(added));
    RETURN_IF_ERROR(AmendProjects());
    RETURN_IF_ERROR(Refused(refusals_));
    batch_.others.push_back(VersionOf(adjustment_, call_.principal().region));
    return std::move(batch_);
  }

  const v1::Adjustment& adjustment() const { return adjustment_; }

 private:
  // The project that a change names; an error when the caller may not touch it or the order names it twice.
  absl::StatusOr<const ProjectRow*> Find(const Portfolio& portfolio, const std::string& name,
                                         const std::string& field) {
    ASSIGN_OR_RETURN(const Uuid id, ParseProjectName(name, field));
    const ProjectRow* row = portfolio.Find(id);
    if (row == nullptr || !call_.MayTouch(RegionCode(row->region), "")) return ProjectNotFound(name);
    if (!named_.insert(id).second) return InvalidFields({{field, "the order names this project twice"}});
    return row;
  }

  // Whether the newest statement about the project on this list is not later than the order.
  bool InTime(const Portfolio::EntryState& state, const ProjectRow& row, const std::string& field) {
    if (state.version == 0 || state.effective_on <= on_) return true;
    refusals_.push_back({"LATER_CHANGE_EXISTS", field,
                         fmt::format("{} was put on or off the list with effect from {}", ProjectName(row.id),
                                     state.effective_on.ToString())});
    return false;
  }

  void Put(EntryVersion version, uint32_t region) {
    batch_.entries.push_back(std::move(version));
    batch_.entry_regions.push_back(RegionCode(region));
  }

  absl::Status Add(const Portfolio& portfolio, int index) {
    const v1::AdjustListRequest::Addition& addition = request_.additions(index);
    const std::string field = fmt::format("additions[{}].project", index);
    ASSIGN_OR_RETURN(const ProjectRow* row, Find(portfolio, addition.project(), field));
    const Portfolio::EntryState state = portfolio.StateOfEntry(list_.name, row->id);
    if (state.listed) {
      refusals_.push_back({"ALREADY_ON_LIST", field, fmt::format("{} is on the list already", addition.project())});
      return absl::OkStatus();
    }
    if (!InTime(state, *row, field)) return absl::OkStatus();
    if (row->merged) {
      refusals_.push_back({"PROJECT_MERGED", field, fmt::format("{} was merged into another", addition.project())});
      return absl::OkStatus();
    }
    v1::Project newest;
    newest.ParseFromString(row->body);
    added_.push_back({&addition, std::move(newest), row->id, state, field});
    return absl::OkStatus();
  }

  // Outside the memory's lock, as AmendProjects: the rules judge the project as it was on the order's date.
  struct AddedProject {
    const v1::AdjustListRequest::Addition* request;
    v1::Project newest;
    Uuid id;
    Portfolio::EntryState state;
    std::string field;
  };
  absl::Status Admitted(const AddedProject& added) {
    const v1::AdjustListRequest::Addition& addition = *added.request;
    ASSIGN_OR_RETURN(const Timeline timeline, TimelineFor(added.newest, added.id));
    const v1::Project* project = StateOn(timeline, on_);
    if (project == nullptr) {
      refusals_.push_back(
          {"BEFORE_PROJECT", added.field, fmt::format("{} was not there on {}", addition.project(), on_.ToString())});
      return absl::OkStatus();
    }
    const std::vector<std::string> rules = RefusalsOf(list_.rules, list_, FromProto(*project));
    if (!rules.empty() && addition.admission_override_reason().empty()) {
      refusals_.push_back(
          {"ADMISSION_REFUSED", added.field,
           fmt::format("{} “{}”: {}; give an admission_override_reason if it is to be admitted all the same",
                       addition.project(), project->title(), absl::StrJoin(rules, ", "))});
      return absl::OkStatus();
    }
    Entry entry;
    entry.list = list_.name;
    entry.project = added.id;
    entry.kind = static_cast<EntryKind>(addition.kind());
    entry.reason = Or(addition.reason(), request_.reason());
    if (!rules.empty()) entry.admission_override_reason = addition.admission_override_reason();
    entry.adjustment = adjustment_.name();
    Put(Admit(added.state, std::move(entry), on_), RegionNumber(added.newest.region()));
    return absl::OkStatus();
  }

  // What holds on the order's date: the newest statement, unless it is dated later; then its history is needed.
  absl::StatusOr<Timeline> TimelineFor(const v1::Project& newest, const Uuid& id) {
    if (DateOr(newest.effective_on(), on_) <= on_) return Timeline{newest};
    ASSIGN_OR_RETURN(Editable editable, LoadForWrite(call_, call_.session(), id, ""));
    return std::move(editable.timeline);
  }

  absl::Status Take(const Portfolio& portfolio, int index) {
    const v1::AdjustListRequest::Removal& removal = request_.removals(index);
    const std::string field = fmt::format("removals[{}].project", index);
    ASSIGN_OR_RETURN(const ProjectRow* row, Find(portfolio, removal.project(), field));
    const EntryRow* entry = portfolio.FindEntry(list_.name, row->id);
    if (entry == nullptr) return NotOnList(removal.project(), field);
    const Portfolio::EntryState state = portfolio.StateOfEntry(list_.name, row->id);
    if (!InTime(state, *row, field)) return absl::OkStatus();
    Put(Remove(state, Parse(*entry), on_, Or(removal.reason(), request_.reason()), adjustment_.name()), row->region);
    return absl::OkStatus();
  }

  absl::Status Amended(const Portfolio& portfolio, int index) {
    const v1::AdjustListRequest::Amendment& amendment = request_.amendments(index);
    const std::string field = fmt::format("amendments[{}].project", index);
    ASSIGN_OR_RETURN(const ProjectRow* row, Find(portfolio, amendment.project(), field));
    const EntryRow* listed = portfolio.FindEntry(list_.name, row->id);
    if (listed == nullptr) return NotOnList(amendment.project(), field);
    if (amendment.kind() != v1::ENTRY_KIND_UNSPECIFIED && static_cast<EntryKind>(amendment.kind()) != listed->kind) {
      const Portfolio::EntryState state = portfolio.StateOfEntry(list_.name, row->id);
      if (!InTime(state, *row, field)) return absl::OkStatus();
      Entry entry = Parse(*listed);
      const Date admitted_on = entry.admitted_on;
      entry.kind = static_cast<EntryKind>(amendment.kind());
      entry.reason = Or(amendment.reason(), request_.reason());
      entry.adjustment = adjustment_.name();
      EntryVersion version = Admit(state, std::move(entry), on_);
      version.entry.admitted_on = admitted_on;
      Put(std::move(version), row->region);
    }
    if (amendment.total_investment_fen() == 0 && amendment.annual_plans().empty()) return absl::OkStatus();
    v1::Project newest;
    newest.ParseFromString(row->body);
    amended_.push_back({&amendment, std::move(newest), row->id, index});
    return absl::OkStatus();
  }

  absl::Status NotOnList(const std::string& name, const std::string& field) {
    refusals_.push_back({"NOT_ON_LIST", field, fmt::format("{} is not on the list", name)});
    return absl::OkStatus();
  }

  Entry Parse(const EntryRow& row) const {
    v1::Entry proto;
    proto.ParseFromString(row.body);
    return FromProto(proto);
  }

  // The amended projects, outside the memory's lock: one that has later statements needs its history.
  absl::Status AmendProjects() {
    for (const AmendedProject& amended : amended_) {
      ASSIGN_OR_RETURN(const Timeline timeline, TimelineFor(amended.newest, amended.id));
      const int64_t version = MetaOf(amended.newest).version;
      const v1::Project* state = StateOn(timeline, on_);
      if (state == nullptr) return EffectiveBeforeProject(amended.newest.name(), on_.ToString());
      std::vector<v1::Project> statements = Amend(
          timeline, on_, {"total_investment_fen", "annual_plans", "funding_sources"}, Values(*state, *amended.request));
      RETURN_IF_ERROR(CheckStatements(context_, call_, statements, fmt::format("amendments[{}].", amended.index)));
      Stamp(statements, version, call_);
      for (v1::Project& statement : statements) batch_.projects.push_back(std::move(statement));
    }
    return absl::OkStatus();
  }

  // The facts of `state` as the amendment wants them. Sources that no longer add up to the total are dropped: they have
  // to be stated anew.
  static v1::Project Values(v1::Project state, const v1::AdjustListRequest::Amendment& amendment) {
    if (amendment.total_investment_fen() != 0 && amendment.total_investment_fen() != state.total_investment_fen()) {
      state.set_total_investment_fen(amendment.total_investment_fen());
      state.clear_funding_sources();
    }
    for (const v1::AnnualPlan& plan : amendment.annual_plans()) {
      auto& plans = *state.mutable_annual_plans();
      const auto same_year = std::find_if(plans.begin(), plans.end(),
                                          [&](const v1::AnnualPlan& other) { return other.year() == plan.year(); });
      *(same_year == plans.end() ? plans.Add() : &*same_year) = plan;
    }
    std::sort(state.mutable_annual_plans()->begin(), state.mutable_annual_plans()->end(),
              [](const v1::AnnualPlan& a, const v1::AnnualPlan& b) { return a.year() < b.year(); });
    return state;
  }

  struct AmendedProject {
    const v1::AdjustListRequest::Amendment* request;
    v1::Project newest;
    Uuid id;
    int index;
  };

  const Context& context_;
  rpc::Call& call_;
  const v1::AdjustListRequest& request_;
  const List list_;
  const Date on_;
  v1::Adjustment adjustment_;
  std::set<Uuid> named_;
  std::vector<Refusal> refusals_;
  std::vector<AddedProject> added_;
  std::vector<AmendedProject> amended_;
  Batch batch_;
};

}  // namespace

EntryVersion Admit(const Portfolio::EntryState& state, Entry entry, Date on) {
  entry.listed = true;
  entry.admitted_on = on;
  entry.removed_on.reset();
  entry.effective_on = on;
  return {std::move(entry), state.version + 1};
}

EntryVersion Remove(const Portfolio::EntryState& state, Entry entry, Date on, const std::string& reason,
                    const std::string& adjustment) {
  entry.listed = false;
  entry.removed_on = on;
  entry.effective_on = on;
  entry.reason = reason;
  entry.adjustment = adjustment;
  return {std::move(entry), state.version + 1};
}

std::vector<EntryVersion> Restate(const Portfolio& portfolio, const Uuid& project) {
  std::vector<EntryVersion> entries;
  for (const std::string& list : portfolio.ListsOf(project)) {
    const Portfolio::EntryState state = portfolio.StateOfEntry(list, project);
    v1::Entry proto;
    proto.ParseFromString(portfolio.FindEntry(list, project)->body);
    Entry entry = FromProto(proto);
    entry.listed = true;
    entry.effective_on = state.effective_on;
    entries.push_back({std::move(entry), state.version + 1});
  }
  return entries;
}

feed::Version VersionOf(const v1::Adjustment& adjustment, const std::string& region) {
  const std::string& name = adjustment.name();
  return {"adjustment",
          Uuid::Parse(std::string_view(name).substr(name.rfind('/') + 1)).value_or(Uuid()),
          name,
          1,
          DateOr(adjustment.effective_on(), Date()),
          region,
          adjustment.SerializeAsString()};
}

absl::StatusOr<v1::Adjustment> AdjustList(const Context& context, rpc::Call& call,
                                          const v1::AdjustListRequest& request) {
  const size_t size = static_cast<size_t>(request.additions_size()) + static_cast<size_t>(request.removals_size()) +
                      static_cast<size_t>(request.amendments_size());
  if (size == 0) return InvalidFields({{"additions", "the order changes nothing; name at least one project"}});
  if (size > kMostChanges) {
    return InvalidFields({{"additions", fmt::format("with removals and amendments the order has {} changes, more than "
                                                    "{}; import a larger one as a workbook",
                                                    size, kMostChanges)}});
  }
  ASSIGN_OR_RETURN(const std::optional<v1::Adjustment> earlier, context.writer.Replay<v1::Adjustment>(call));
  if (earlier) return *earlier;
  ASSIGN_OR_RETURN(const Date on, EffectiveDate(call, request.effective_on()));
  RETURN_IF_ERROR(context.writer.engine().Sync(call.deadline()));
  ASSIGN_OR_RETURN(List list, FindList(context, request.parent()));
  if (list.kind == ListKind::kMaster) return ListIsMaster(list.name);

  Order order(context, call, request, std::move(list), on);
  ASSIGN_OR_RETURN(const Batch batch, order.Plan());
  const feed::WriteOptions options{request.reason(), request.validate_only()};
  if (batch.size() <= kSmallBatch || request.validate_only()) {
    return context.writer.Transact<v1::Adjustment>(call, options, [&](feed::Tx& tx) -> absl::StatusOr<v1::Adjustment> {
      if (request.validate_only()) return order.adjustment();
      RETURN_IF_ERROR(Save(tx, batch));
      return order.adjustment();
    });
  }
  feed::StagedSet staged(call.session(), SystemClock(), feed::AuthorOf(call, request.reason()), kSideTables);
  RETURN_IF_ERROR(staged.Begin());
  absl::Status done = Stage(staged, batch);
  if (done.ok()) {
    auto adjusted =
        context.writer.Transact<v1::Adjustment>(call, options, [&](feed::Tx& tx) -> absl::StatusOr<v1::Adjustment> {
          RETURN_IF_ERROR(tx.CommitStagedSet(staged.id()));
          return order.adjustment();
        });
    if (adjusted.ok()) return adjusted;
    done = adjusted.status();
  }
  staged.Discard();
  return done;
}

}  // namespace yaoshi::registry

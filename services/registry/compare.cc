#include "services/registry/compare.h"

#include <algorithm>
#include <map>

#include "common/page/page_size.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/registry/summary.h"

namespace yaoshi::registry {
namespace {

using Difference = v1::CompareListsResponse::Difference;

// One side of the comparison.
struct Side {
  List list;
  std::vector<PastRow> rows;  // In order of project.
};

absl::StatusOr<Side> Load(const Context& context, rpc::Call& call, const std::string& name, const std::string& region,
                          const Moment& moment) {
  Side side;
  ASSIGN_OR_RETURN(side.list, FindList(context, name));
  ASSIGN_OR_RETURN(side.rows, LoadPastFacts(call.session(), PastOf(context, side.list, region, moment)));
  return side;
}

// A project that is on one side, or on both with another version or kind.
struct Candidate {
  const PastRow* from = nullptr;
  const PastRow* to = nullptr;
};

std::vector<Candidate> Pair(const Side& from, const Side& to) {
  std::vector<Candidate> candidates;
  auto a = from.rows.begin();
  auto b = to.rows.begin();
  while (a != from.rows.end() || b != to.rows.end()) {
    if (b == to.rows.end() || (a != from.rows.end() && a->id < b->id)) {
      candidates.push_back({&*a++, nullptr});
    } else if (a == from.rows.end() || b->id < a->id) {
      candidates.push_back({nullptr, &*b++});
    } else {
      if (a->version != b->version || a->kind != b->kind) candidates.push_back({&*a, &*b});
      ++a, ++b;
    }
  }
  return candidates;
}

// The facts of a project that people compare: not who wrote it when.
std::vector<std::string> ChangedFacts(const v1::Project& a, const v1::Project& b) {
  static constexpr std::string_view kBookkeeping[] = {"etag", "effective_on", "update_time", "update_account"};
  std::vector<std::string> changed;
  const auto* descriptor = v1::Project::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    if (std::find(std::begin(kBookkeeping), std::end(kBookkeeping), field->name()) != std::end(kBookkeeping)) continue;
    google::protobuf::util::MessageDifferencer differencer;
    std::vector<const google::protobuf::FieldDescriptor*> only = {field};
    if (!differencer.CompareWithFields(a, b, only, only)) changed.push_back(field->name());
  }
  return changed;
}

void Fill(const Side& side, const PastRow& row, const std::string& body, v1::Entry& entry) {
  entry.set_name(EntryName(side.list.name, row.id));
  entry.set_admitted_on(row.admitted_on.ToString());
  entry.mutable_project()->ParseFromString(body);
  entry.set_kind(static_cast<v1::EntryKind>(row.kind));
  entry.set_planned_investment_fen(row.planned_investment_fen);
}

// The bodies of the candidates' projects, by project and version.
absl::StatusOr<std::map<std::pair<Uuid, int64_t>, std::string>> BodiesOf(db::Session& session,
                                                                         const std::vector<Candidate>& candidates) {
  std::vector<std::pair<Uuid, int64_t>> keys;
  for (const Candidate& candidate : candidates) {
    for (const PastRow* row : {candidate.from, candidate.to}) {
      if (row != nullptr) keys.emplace_back(row->id, row->version);
    }
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> bodies, LoadBodies(session, keys));
  std::map<std::pair<Uuid, int64_t>, std::string> by_key;
  for (size_t i = 0; i < keys.size(); ++i) by_key[keys[i]] = bodies[i];
  return by_key;
}

Difference DifferenceOf(const Side& from, const Side& to, const Candidate& candidate,
                        const std::map<std::pair<Uuid, int64_t>, std::string>& bodies) {
  Difference difference;
  if (candidate.from != nullptr) {
    Fill(from, *candidate.from, bodies.at({candidate.from->id, candidate.from->version}), *difference.mutable_from());
  }
  if (candidate.to != nullptr) {
    Fill(to, *candidate.to, bodies.at({candidate.to->id, candidate.to->version}), *difference.mutable_to());
  }
  if (candidate.from == nullptr) {
    difference.set_kind(Difference::CAME);
  } else if (candidate.to == nullptr) {
    difference.set_kind(Difference::WENT);
  } else {
    difference.set_kind(Difference::CHANGED);
    for (std::string& field : ChangedFacts(difference.from().project(), difference.to().project())) {
      difference.add_changed_fields(std::move(field));
    }
    if (candidate.from->kind != candidate.to->kind) difference.add_changed_fields("entry_kind");
  }
  return difference;
}

// What a list says of its entries beside kind and date: of those that are shown. A union says nothing itself.
absl::Status Complete(db::Session& session, const std::vector<std::pair<const PastRow*, v1::Entry*>>& shown) {
  std::vector<std::pair<Uuid, int64_t>> keys;
  for (const auto& [row, entry] : shown) keys.emplace_back(row->entry_id, row->entry_version);
  ASSIGN_OR_RETURN(const std::vector<std::string> bodies, LoadBodies(session, keys));
  for (size_t i = 0; i < shown.size(); ++i) {
    v1::Entry said;
    said.ParseFromString(bodies[i]);
    v1::Entry& entry = *shown[i].second;
    entry.set_reason(said.reason());
    entry.set_admission_override_reason(said.admission_override_reason());
    entry.set_adjustment(said.adjustment());
  }
  return absl::OkStatus();
}

void AddTotals(const std::vector<PastRow>& rows, int sign, v1::CompareListsResponse& response) {
  for (const PastRow& row : rows) {
    response.set_total_investment_change_fen(response.total_investment_change_fen() + sign * row.total_investment_fen);
    response.set_planned_investment_change_fen(response.planned_investment_change_fen() +
                                               sign * row.planned_investment_fen);
  }
}

}  // namespace

absl::StatusOr<v1::CompareListsResponse> CompareLists(const Context& context, rpc::Call& call,
                                                      const v1::CompareListsRequest& request) {
  ASSIGN_OR_RETURN(const int limit, PageSize(request.page_size()));
  ASSIGN_OR_RETURN(const Moment from_moment, MomentOf(call, request.from_as_of(), request.from_known_at()));
  ASSIGN_OR_RETURN(const Moment to_moment, MomentOf(call, request.to_as_of(), request.to_known_at()));
  ASSIGN_OR_RETURN(const std::string region, ScopeOf(call, request.region(), context.directory));
  const PageScope scope{call.method(),
                        request.from() + ">" + request.to() + "@" + request.region(),
                        "",
                        "",
                        request.from_as_of() + ">" + request.to_as_of(),
                        request.from_known_at() + ">" + request.to_known_at(),
                        PrincipalScope(call)};
  Uuid after;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const PagePosition position, context.tokens.Decode(scope, request.page_token()));
    after = position.id;
  }
  ASSIGN_OR_RETURN(const Side from, Load(context, call, request.from(), region, from_moment));
  ASSIGN_OR_RETURN(const Side to,
                   Load(context, call, request.to().empty() ? request.from() : request.to(), region, to_moment));
  const std::vector<Candidate> candidates = Pair(from, to);
  ASSIGN_OR_RETURN(const auto bodies, BodiesOf(call.session(), candidates));

  v1::CompareListsResponse response;
  AddTotals(from.rows, -1, response);
  AddTotals(to.rows, 1, response);
  Uuid last;
  std::vector<std::pair<const PastRow*, v1::Entry*>> shown;
  for (const Candidate& candidate : candidates) {
    Difference difference = DifferenceOf(from, to, candidate, bodies);
    if (difference.kind() == Difference::CHANGED && difference.changed_fields().empty()) continue;
    response.set_came(response.came() + (difference.kind() == Difference::CAME ? 1 : 0));
    response.set_went(response.went() + (difference.kind() == Difference::WENT ? 1 : 0));
    response.set_changed(response.changed() + (difference.kind() == Difference::CHANGED ? 1 : 0));
    const Uuid id = candidate.from != nullptr ? candidate.from->id : candidate.to->id;
    if (!(after < id)) continue;
    if (response.differences_size() < limit) {
      Difference& added = *response.add_differences();
      added = std::move(difference);
      if (added.has_from() && from.list.kind != ListKind::kMaster)
        shown.emplace_back(candidate.from, added.mutable_from());
      if (added.has_to() && to.list.kind != ListKind::kMaster) shown.emplace_back(candidate.to, added.mutable_to());
      last = id;
    } else if (response.next_page_token().empty()) {
      response.set_next_page_token(context.tokens.Encode(scope, {{}, last}));
    }
  }
  RETURN_IF_ERROR(Complete(call.session(), shown));
  return response;
}

}  // namespace yaoshi::registry

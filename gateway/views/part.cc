#include "gateway/views/part.h"

#include <algorithm>
#include <tuple>

namespace yaoshi::gateway {

bool Touches(const yaoshi::common::v1::Change& change, const Basis& basis) {
  constexpr std::string_view kInNoView[] = {"account", "session", "import_mapping", "feedback"};
  constexpr std::string_view kDated[] = {"project", "entry", "project_copy", "entry_copy", "case", "procedure"};
  const auto among = [&change](const auto& types) {
    return std::find(std::begin(types), std::end(types), change.type()) != std::end(types);
  };
  if (among(kInNoView)) return false;
  if (!among(kDated)) return true;
  const auto effective = Date::Parse(change.effective_on());
  if (effective.ok() && *effective > basis.as_of) return false;
  if (change.type().ends_with("_copy")) return true;  // Known since its original was, whenever it came.
  const auto known = Timestamp::Parse(basis.known_at), recorded = Timestamp::Parse(change.record_time());
  return !known.ok() || !recorded.ok() || *recorded <= *known;
}

void DescribeParts(const std::vector<PartAnswer>& answers, google::protobuf::RepeatedPtrField<v1::Part>* parts) {
  std::vector<const PartAnswer*> sorted;
  for (const PartAnswer& answer : answers) sorted.push_back(&answer);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return std::tie(a->part, a->service) < std::tie(b->part, b->service); });
  for (const PartAnswer* answer : sorted) {
    v1::Part* part = parts->Add();
    part->set_part(answer->part);
    part->set_service(answer->service);
    part->set_state(answer->status.ok() ? v1::Part::OK : answer->known ? v1::Part::STALE : v1::Part::MISSING);
    if (answer->known) part->set_as_of_time(answer->answer_time.ToString());
    if (answer->status.ok()) continue;
    part->set_reason(absl::StatusCodeToString(answer->status.code()));
    part->set_since_time(answer->since.ToString());
  }
}

bool IsKnown(const std::vector<PartAnswer>& answers, std::string_view part) {
  return std::any_of(answers.begin(), answers.end(),
                     [part](const PartAnswer& answer) { return answer.part == part && answer.known; });
}

bool IsCallersFault(absl::StatusCode code) {
  return code == absl::StatusCode::kInvalidArgument || code == absl::StatusCode::kNotFound ||
         code == absl::StatusCode::kUnauthenticated || code == absl::StatusCode::kPermissionDenied;
}

absl::Status CallersFault(const std::vector<PartAnswer>& answers) {
  for (const PartAnswer& answer : answers) {
    if (IsCallersFault(answer.status.code())) return answer.status;
  }
  return absl::OkStatus();
}

}  // namespace yaoshi::gateway

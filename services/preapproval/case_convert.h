// Cases and procedures between protos and domain.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "common/calendar/clock.h"
#include "common/feed/change_set.h"
#include "services/preapproval/domain/case_book.h"
#include "services/preapproval/domain/procedure.h"
#include "yaoshi/preapproval/v1/case.pb.h"
#include "yaoshi/preapproval/v1/procedure.pb.h"

namespace yaoshi::preapproval {

// "projects/{uuid}", "cases/{uuid}" and "cases/{uuid}/procedures/{code}" and back: INVALID_FIELDS with `field` when the
// name has another form.
absl::StatusOr<Uuid> ParseName(std::string_view prefix, std::string_view name, std::string_view field);
std::string ProjectName(const Uuid& project);
absl::StatusOr<Uuid> ParseProjectName(std::string_view name, std::string_view field);
absl::StatusOr<Uuid> ParseCaseName(std::string_view name, std::string_view field);
struct ProcedureKey {
  Uuid project;
  std::string code;
};
absl::StatusOr<ProcedureKey> ParseProcedureName(std::string_view name, std::string_view field);

// Who wrote a version, and when.
struct Stamp {
  int64_t version = 0;
  std::string create_time;  // Of cases.
  std::string update_time;
  std::string update_account;
};

Applicability FromProto(const v1::Applicability& proto);
Case FromProto(const v1::Case& proto);
v1::Case ToProto(const Case& subject, const Stamp& stamp);
// What a version states; what is counted from it (clock, prerequisites) is not part of it.
Procedure FromProto(const v1::Procedure& proto);
v1::Procedure ToProto(const Procedure& procedure, const Stamp& stamp);
MoveOrder OrderFromProto(const v1::MoveProcedureRequest& request, Date on);
v1::ProjectFacts ToProto(const ProjectCopy& project, Timestamp facts_time);
v1::Procedure::Clock ToProto(const ClockReading& reading);

// The versions as the feed keeps them.
feed::Version VersionOf(const v1::Case& subject, Date effective_on);
feed::Version VersionOf(const v1::Procedure& procedure);

}  // namespace yaoshi::preapproval

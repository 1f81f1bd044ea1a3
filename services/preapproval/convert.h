// Where protos meet the domain.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "common/calendar/work_calendar.h"
#include "common/feed/change_set.h"
#include "services/preapproval/domain/copies.h"
#include "services/preapproval/domain/delegation.h"
#include "services/preapproval/domain/types.h"
#include "yaoshi/preapproval/v1/delegation.pb.h"
#include "yaoshi/preapproval/v1/procedure_type.pb.h"
#include "yaoshi/preapproval/v1/template.pb.h"
#include "yaoshi/preapproval/v1/work_calendar.pb.h"
#include "yaoshi/registry/v1/project.pb.h"

namespace yaoshi::preapproval {

// nullopt for "". Field rules have checked the form.
std::optional<Date> OptionalDate(const std::string& text);
// `text` as a date, or `otherwise` when it is empty.
Date DateOr(const std::string& text, Date otherwise);
std::string DateText(const std::optional<Date>& date);

// The facts of a message whose field rules hold.
Days FromProto(const v1::Days& proto);
ProcedureType FromProto(const v1::ProcedureType& proto);
WorkYear FromProto(const v1::WorkCalendar& proto);
Template FromProto(const v1::Template& proto);
Delegation FromProto(const v1::Delegation& proto);
v1::Applicability ToProto(const Applicability& applicability);

// What the copies say (store/copy_store.h). DATA_LOSS, reason FEED_BROKEN, when the body is no message of the type.
absl::StatusOr<ProjectCopy> ProjectCopyOf(const feed::Version& version);
absl::StatusOr<EntryCopy> EntryCopyOf(const feed::Version& version);
absl::StatusOr<ListCopy> ListCopyOf(const feed::Version& version);
// What decides about a project's procedures.
ProjectAttributes AttributesOf(const registry::v1::Project& proto);

}  // namespace yaoshi::preapproval

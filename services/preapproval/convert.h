// Where protos meet the domain.
#pragma once

#include <optional>
#include <string>

#include "services/preapproval/domain/types.h"
#include "yaoshi/preapproval/v1/procedure_type.pb.h"
#include "yaoshi/preapproval/v1/work_calendar.pb.h"

namespace yaoshi::preapproval {

// nullopt for "". Field rules have checked the form.
std::optional<Date> OptionalDate(const std::string& text);
// `text` as a date, or `otherwise` when it is empty.
Date DateOr(const std::string& text, Date otherwise);
std::string DateText(const std::optional<Date>& date);

// The facts of a message whose field rules hold.
Days FromProto(const v1::Days& proto);
ProcedureType FromProto(const v1::ProcedureType& proto);

}  // namespace yaoshi::preapproval

// Schedules and warnings on the wire.
#pragma once

#include "common/ids/uuid.h"
#include "services/preapproval/domain/case_book.h"
#include "services/preapproval/domain/schedule.h"
#include "services/preapproval/domain/warning.h"
#include "yaoshi/preapproval/v1/schedule.pb.h"

namespace yaoshi::preapproval {

// The id of a warning: made from what it says, so that saying it again is saying the same.
Uuid WarningId(const Warning& warning);

// The schedule of a case, whose rows say where the procedures stand.
v1::Schedule ToProto(const Schedule& schedule, const CaseRow& subject);

v1::Warning ToProto(const Warning& warning);

}  // namespace yaoshi::preapproval

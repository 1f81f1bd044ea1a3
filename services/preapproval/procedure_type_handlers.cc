#include "services/preapproval/procedure_type_handlers.h"

#include <fmt/format.h>

#include "services/preapproval/errors.h"
#include "yaoshi/preapproval/v1/procedure_type.pb.h"

namespace yaoshi::preapproval {
namespace {

using resource::Draft;
using resource::Finding;

void CheckDays(bool set, const v1::Days& days, const std::string& field, std::vector<Finding>& findings) {
  if (set && days.unit() == v1::DAY_UNIT_UNSPECIFIED) {
    findings.push_back({"INVALID_FIELDS", field + ".unit",
                        "must say WORKING_DAYS or CALENDAR_DAYS; a limit without a unit cannot be counted."});
  }
}

absl::StatusOr<std::vector<Finding>> Check(Draft& draft) {
  const auto& type = static_cast<const v1::ProcedureType&>(draft.after);
  std::vector<Finding> findings;
  if (!type.department().starts_with("organizations/")) {
    findings.push_back({"INVALID_FIELDS", "department", "must have the form organizations/{id}."});
  }
  for (int i = 0; i < type.terms_size(); ++i) {
    const v1::ProcedureType::Terms& terms = type.terms(i);
    const std::string path = fmt::format("terms[{}]", i);
    // Dates of the form 2022-04-20 compare as texts.
    if (i > 0 && terms.effective_on() <= type.terms(i - 1).effective_on()) {
      findings.push_back({"INVALID_FIELDS", path + ".effective_on",
                          "is not later than that of the terms before; list them in order of date, each date once."});
    }
    CheckDays(terms.has_legal_limit(), terms.legal_limit(), path + ".legal_limit", findings);
    CheckDays(terms.has_promised_limit(), terms.promised_limit(), path + ".promised_limit", findings);
  }
  CheckDays(type.has_preparation(), type.preparation(), "preparation", findings);
  CheckDays(type.has_outside_clock(), type.outside_clock(), "outside_clock", findings);
  return findings;
}

resource::Spec MakeSpec() {
  resource::Spec spec;
  spec.type = "procedure_type";
  spec.collection = "procedureTypes";
  spec.path = "procedure_type";
  spec.prototype = &v1::ProcedureType::default_instance();
  spec.not_found = ProcedureTypeNotFound;
  spec.exists = ProcedureTypeExists;
  spec.filter_fields = {"title", "stage", "department"};
  spec.searched = {"title"};
  spec.shared_below = true;
  spec.check = Check;
  return spec;
}

}  // namespace

ProcedureTypeHandlers::ProcedureTypeHandlers(const Context& context)
    : types_(MakeSpec(), context.memory.resources(), context.writer, context.tokens) {}

rpc::BoundService ProcedureTypeHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::ProcedureType::descriptor()->file()->FindServiceByName("ProcedureTypeService"));
  builder.Memory("GetProcedureType", [this](rpc::Call& call, const v1::GetProcedureTypeRequest& request) {
    return types_.Get(call, request.name());
  });
  builder.Memory("ListProcedureTypes", [this](rpc::Call& call, const v1::ListProcedureTypesRequest& request) {
    return types_.List(call, {request.page_size(), request.page_token(), request.filter()});
  });
  builder.Database("CreateProcedureType", [this](rpc::Call& call, const v1::CreateProcedureTypeRequest& request) {
    return types_.Create(call, request.procedure_type_id(), request.procedure_type(),
                         {.validate_only = request.validate_only()});
  });
  builder.Database("UpdateProcedureType", [this](rpc::Call& call, const v1::UpdateProcedureTypeRequest& request) {
    return types_.Update(
        call, request.procedure_type(),
        {.validate_only = request.validate_only(), .update_mask = request.update_mask(), .reason = request.reason()});
  });
  return builder.Finish();
}

}  // namespace yaoshi::preapproval

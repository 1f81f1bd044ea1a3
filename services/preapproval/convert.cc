#include "services/preapproval/convert.h"

#include <string_view>

namespace yaoshi::preapproval {
namespace {

constexpr std::string_view kProcedureTypes = "procedureTypes/";

}  // namespace

std::optional<Date> OptionalDate(const std::string& text) {
  const absl::StatusOr<Date> date = Date::Parse(text);
  return date.ok() ? std::optional<Date>(*date) : std::nullopt;
}

Date DateOr(const std::string& text, Date otherwise) {
  return OptionalDate(text).value_or(otherwise);
}

std::string DateText(const std::optional<Date>& date) {
  return date ? date->ToString() : "";
}

Days FromProto(const v1::Days& proto) {
  return {proto.count(), static_cast<DayUnit>(proto.unit())};
}

ProcedureType FromProto(const v1::ProcedureType& proto) {
  const auto days = [](bool set, const v1::Days& value) {
    return set ? std::optional<Days>(FromProto(value)) : std::nullopt;
  };
  ProcedureType type;
  type.code = proto.name().substr(kProcedureTypes.size());
  type.title = proto.title();
  type.stage = static_cast<ApprovalStage>(proto.stage());
  type.department = proto.department();
  for (const v1::ProcedureType::Terms& terms : proto.terms()) {
    type.terms.push_back({DateOr(terms.effective_on(), Date()), days(terms.has_legal_limit(), terms.legal_limit()),
                          days(terms.has_promised_limit(), terms.promised_limit()), terms.validity_months(),
                          terms.basis()});
  }
  type.preparation = days(proto.has_preparation(), proto.preparation());
  type.outside_clock = days(proto.has_outside_clock(), proto.outside_clock());
  type.after_start = proto.after_start();
  return type;
}

}  // namespace yaoshi::preapproval

#include "services/preapproval/delegation_handlers.h"

#include <fmt/format.h>

#include <optional>

#include "services/preapproval/convert.h"
#include "services/preapproval/domain/delegation.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/reference_store.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::preapproval {
namespace {

using resource::Draft;
using resource::Finding;

// The region of a unit as registry's directory was copied; nullopt when it is not known here.
std::optional<std::string> RegionOf(const resource::ResourceMemory& memory, const std::string& organization) {
  const std::optional<resource::Row> row = memory.Find("organization_copy", organization);
  if (!row) return std::nullopt;
  return row->region;
}

// All others, as they are in the database now; nobody adds one before this transaction ends.
absl::StatusOr<std::vector<Delegation>> Others(Draft& draft, const std::string& name) {
  RETURN_IF_ERROR(GuardDelegations(draft.tx.session()));
  ASSIGN_OR_RETURN(const std::vector<std::string> bodies, LoadCollection(draft.tx.session(), "delegations"));
  std::vector<Delegation> others;
  for (const std::string& body : bodies) {
    v1::Delegation proto;
    if (proto.ParseFromString(body) && proto.name() != name) others.push_back(FromProto(proto));
  }
  return others;
}

// A new delegation. One that ends earlier needs no check: it makes no chain longer.
absl::StatusOr<std::vector<Finding>> Check(const resource::ResourceMemory& memory, Draft& draft) {
  const auto& delegation = static_cast<const v1::Delegation&>(draft.after);
  std::vector<Finding> findings;
  if (draft.before != nullptr) return findings;
  for (const auto& [field, department] : {std::pair("from_department", delegation.from_department()),
                                          std::pair("to_department", delegation.to_department())}) {
    if (RegionOf(memory, department)) continue;
    findings.push_back({"ORGANIZATION_NOT_FOUND", field,
                        "is no unit that is known here; the directory of the registry has the names."});
  }
  if (delegation.to_on() < delegation.from_on()) {
    findings.push_back({"INVALID_FIELDS", "to_on", "is before the first day; give that day or a later one."});
  }
  if (!findings.empty()) return findings;
  draft.region = *RegionOf(memory, delegation.from_department());
  const bool own = UnitOf(draft.call) == delegation.from_department();
  if (!own && !draft.call.MayTouch(draft.region, "")) {
    return NotYourProcedure(delegation.from_department());
  }
  ASSIGN_OR_RETURN(const std::vector<Delegation> others, Others(draft, delegation.name()));
  RETURN_IF_ERROR(CheckChain(others, FromProto(delegation)));
  return findings;
}

resource::Spec MakeSpec(const resource::ResourceMemory& memory) {
  resource::Spec spec;
  spec.type = "delegation";
  spec.collection = "delegations";
  spec.path = "delegation";
  spec.prototype = &v1::Delegation::default_instance();
  spec.not_found = DelegationNotFound;
  spec.exists = [](std::string_view name) { return feed::EtagMismatch(name, 1); };  // Names are made, never taken.
  spec.filter_fields = {"from_department", "to_department", "from_on", "to_on"};
  spec.organization_field = "from_department";
  spec.check = [&memory](Draft& draft) { return Check(memory, draft); };
  return spec;
}

}  // namespace

DelegationHandlers::DelegationHandlers(const Context& context)
    : delegations_(MakeSpec(context.memory.resources()), context.memory.resources(), context.writer, context.tokens) {}

rpc::BoundService DelegationHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Delegation::descriptor()->file()->FindServiceByName("DelegationService"));
  builder.Database("CreateDelegation", [this](rpc::Call& call, const v1::CreateDelegationRequest& request) {
    return delegations_.Create(call, Uuid::New(SystemClock()).ToString(), request.delegation(),
                               {.validate_only = request.validate_only(), .reason = request.delegation().reason()});
  });
  builder.Database("EndDelegation", this, &DelegationHandlers::End);
  builder.Memory("ListDelegations", [this](rpc::Call& call, const v1::ListDelegationsRequest& request) {
    return delegations_.List(call, {request.page_size(), request.page_token(), request.filter()});
  });
  return builder.Finish();
}

absl::StatusOr<rpc::Bytes> DelegationHandlers::End(rpc::Call& call, const v1::EndDelegationRequest& request) {
  const Date last = DateOr(request.to_on(), call.today());
  if (last < call.today()) {
    return InvalidFields({{"to_on", "lies in the past; what was done under the delegation stays so"}});
  }
  return delegations_.Change(call, request.name(), "", {.reason = request.reason()},
                             [&](google::protobuf::Message& message) -> absl::Status {
                               auto& delegation = static_cast<v1::Delegation&>(message);
                               if (last > DateOr(delegation.to_on(), last)) {
                                 return InvalidFields({{"to_on", fmt::format("is after {}, when the delegation ends "
                                                                             "anyway; enter a new one to prolong it",
                                                                             delegation.to_on())}});
                               }
                               delegation.set_to_on(last.ToString());
                               return absl::OkStatus();
                             });
}

}  // namespace yaoshi::preapproval

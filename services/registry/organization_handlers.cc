#include "services/registry/organization_handlers.h"

#include "services/registry/directory_errors.h"
#include "services/registry/store/directory.h"
#include "services/registry/store/region_store.h"
#include "yaoshi/registry/v1/organization.pb.h"

namespace yaoshi::registry {
namespace {

using resource::Draft;
using resource::Finding;

absl::StatusOr<std::vector<Finding>> Check(Draft& draft) {
  const auto& organization = static_cast<const v1::Organization&>(draft.after);
  std::vector<Finding> findings;
  if (!organization.credit_code().empty() && !IsCreditCode(organization.credit_code())) {
    findings.push_back(Wrong("credit_code",
                             "is no unified social credit code: 18 places, the last one checks the others (GB 32100); "
                             "leave it empty when it is unknown."));
  }
  if (!OwnsRegion(organization)) {
    ASSIGN_OR_RETURN(const std::string unit, UnitOfRegion(draft.tx.session(), organization.region()));
    if (unit.empty()) findings.push_back(UnknownRegion("region", organization.region()));
  }
  return findings;
}

// Keeps the claims in step: before ← what the unit had, after ← what it has now.
absl::Status MoveClaim(Draft& draft) {
  const auto& after = static_cast<const v1::Organization&>(draft.after);
  if (draft.before != nullptr) {
    const auto& before = static_cast<const v1::Organization&>(*draft.before);
    const bool keeps = OwnsRegion(after) && before.region() == after.region();
    if (OwnsRegion(before) && !keeps) {
      RETURN_IF_ERROR(ReleaseRegion(draft.tx.session(), before.region(), after.name()));
    }
  }
  return OwnsRegion(after) ? ClaimRegion(draft.tx.session(), after.region(), after.name()) : absl::OkStatus();
}

resource::Spec MakeSpec() {
  resource::Spec spec;
  spec.type = "organization";
  spec.collection = "organizations";
  spec.path = "organization";
  spec.prototype = &v1::Organization::default_instance();
  spec.not_found = OrganizationNotFound;
  spec.exists = OrganizationExists;
  spec.filter_fields = {"kind", "region", "title"};
  spec.searched = {"title"};
  spec.check = Check;
  spec.write = MoveClaim;
  return spec;
}

}  // namespace

OrganizationHandlers::OrganizationHandlers(const DirectoryContext& context)
    : organizations_(MakeSpec(), context.memory, context.writer, context.tokens) {}

rpc::BoundService OrganizationHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Organization::descriptor()->file()->FindServiceByName("OrganizationService"));
  builder.Memory("GetOrganization", [this](rpc::Call& call, const v1::GetOrganizationRequest& request) {
    return organizations_.Get(call, request.name());
  });
  builder.Memory("ListOrganizations", [this](rpc::Call& call, const v1::ListOrganizationsRequest& request) {
    return organizations_.List(call, {request.page_size(), request.page_token(), request.filter()});
  });
  builder.Database("CreateOrganization", [this](rpc::Call& call, const v1::CreateOrganizationRequest& request) {
    return organizations_.Create(call, request.organization_id(), request.organization(),
                                 {.validate_only = request.validate_only()});
  });
  builder.Database("UpdateOrganization", [this](rpc::Call& call, const v1::UpdateOrganizationRequest& request) {
    return organizations_.Update(call, request.organization(),
                                 {.validate_only = request.validate_only(), .update_mask = request.update_mask()});
  });
  return builder.Finish();
}

}  // namespace yaoshi::registry

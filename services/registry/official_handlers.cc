#include "services/registry/official_handlers.h"

#include "services/registry/directory_errors.h"
#include "services/registry/store/directory.h"
#include "yaoshi/registry/v1/official.pb.h"

namespace yaoshi::registry {
namespace {

using resource::Draft;
using resource::Finding;

absl::StatusOr<std::vector<Finding>> Check(Draft& draft) {
  const auto& official = static_cast<const v1::Official&>(draft.after);
  std::vector<Finding> findings;
  ASSIGN_OR_RETURN(const auto organization, LoadOrganization(draft.tx.session(), official.organization()));
  if (organization.has_value()) {
    draft.region = organization->region();
  } else {
    findings.push_back(UnknownOrganization("organization", official.organization()));
  }
  // Dates of the form 2022-04-20 compare as texts.
  const bool has_term = !official.term_from().empty() && !official.term_to().empty();
  if (has_term && official.term_to() < official.term_from()) {
    findings.push_back(Wrong("term_to", "is before the first day of the term; give that day or a later one."));
  }
  if (official.term_from().empty() && !official.term_to().empty()) {
    findings.push_back(Wrong("term_from", "must be set when the last day of the term is."));
  }
  return findings;
}

resource::Spec MakeSpec() {
  resource::Spec spec;
  spec.type = "official";
  spec.collection = "officials";
  spec.path = "official";
  spec.prototype = &v1::Official::default_instance();
  spec.not_found = OfficialNotFound;
  spec.exists = OfficialExists;
  spec.filter_fields = {"rank", "organization", "title"};
  spec.searched = {"title"};
  spec.check = Check;
  return spec;
}

}  // namespace

OfficialHandlers::OfficialHandlers(const DirectoryContext& context)
    : officials_(MakeSpec(), context.memory, context.writer, context.tokens) {}

rpc::BoundService OfficialHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Official::descriptor()->file()->FindServiceByName("OfficialService"));
  builder.Memory("GetOfficial", [this](rpc::Call& call, const v1::GetOfficialRequest& request) {
    return officials_.Get(call, request.name());
  });
  builder.Memory("ListOfficials", [this](rpc::Call& call, const v1::ListOfficialsRequest& request) {
    return officials_.List(call, {request.page_size(), request.page_token(), request.filter()});
  });
  builder.Database("CreateOfficial", [this](rpc::Call& call, const v1::CreateOfficialRequest& request) {
    return officials_.Create(call, request.official_id(), request.official(),
                             {.validate_only = request.validate_only()});
  });
  builder.Database("UpdateOfficial", [this](rpc::Call& call, const v1::UpdateOfficialRequest& request) {
    return officials_.Update(call, request.official(),
                             {.validate_only = request.validate_only(), .update_mask = request.update_mask()});
  });
  return builder.Finish();
}

}  // namespace yaoshi::registry

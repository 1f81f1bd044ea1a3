#include "services/preapproval/template_handlers.h"

#include <fmt/format.h>

#include "services/preapproval/convert.h"
#include "services/preapproval/domain/template.h"
#include "services/preapproval/errors.h"
#include "services/preapproval/store/reference_store.h"

namespace yaoshi::preapproval {
namespace {

using resource::Draft;
using resource::Finding;

absl::StatusOr<std::vector<ProcedureType>> Catalogue(db::Session& session) {
  ASSIGN_OR_RETURN(const std::vector<std::string> bodies, LoadCollection(session, "procedureTypes"));
  std::vector<ProcedureType> types;
  for (const std::string& body : bodies) {
    v1::ProcedureType proto;
    if (proto.ParseFromString(body)) types.push_back(FromProto(proto));
  }
  return types;
}

// The template that is superseded is there; a chain of them ends, since one is there before the next.
absl::Status CheckSuperseded(Draft& draft, const v1::Template& subject, std::vector<Finding>& findings) {
  if (subject.supersedes().empty()) return absl::OkStatus();
  const auto stored = feed::LoadLatest(draft.tx.session(), feed::NamedId("template", subject.supersedes()));
  if (!stored.ok() && !absl::IsNotFound(stored.status())) return stored.status();
  if (!stored.ok() || subject.supersedes() == subject.name()) {
    findings.push_back({"TEMPLATE_NOT_FOUND", "supersedes", "is no other template; list them to see which there are."});
  }
  return absl::OkStatus();
}

// Drafts may be unfinished; what is published is checked as a whole and never changes again.
absl::StatusOr<std::vector<Finding>> Check(Draft& draft) {
  auto& subject = static_cast<v1::Template&>(draft.after);
  const bool published =
      draft.before != nullptr && static_cast<const v1::Template&>(*draft.before).state() == v1::Template::PUBLISHED;
  if (published) return TemplateNotDraft(subject.name());
  if (draft.before == nullptr) subject.set_state(v1::Template::DRAFT);
  std::vector<FieldViolation> violations;
  if (subject.state() == v1::Template::PUBLISHED) {
    ASSIGN_OR_RETURN(const std::vector<ProcedureType> types, Catalogue(draft.tx.session()));
    violations = CheckPublishable(FromProto(subject), types);
  } else {
    violations = CheckDraft(FromProto(subject));
  }
  std::vector<Finding> findings;
  for (FieldViolation& violation : violations) {
    findings.push_back({"INVALID_FIELDS", std::move(violation.field), std::move(violation.description)});
  }
  RETURN_IF_ERROR(CheckSuperseded(draft, subject, findings));
  return findings;
}

resource::Spec MakeSpec() {
  resource::Spec spec;
  spec.type = "template";
  spec.collection = "templates";
  spec.path = "template";
  spec.prototype = &v1::Template::default_instance();
  spec.not_found = TemplateNotFound;
  spec.exists = TemplateExists;
  spec.filter_fields = {"title", "state", "effective_on"};
  spec.searched = {"title"};
  spec.shared_below = true;
  spec.check = Check;
  return spec;
}

}  // namespace

TemplateHandlers::TemplateHandlers(const Context& context)
    : context_(context), templates_(MakeSpec(), context.memory.resources(), context.writer, context.tokens) {}

rpc::BoundService TemplateHandlers::Bind() {
  rpc::ServiceBuilder builder(v1::Template::descriptor()->file()->FindServiceByName("TemplateService"));
  builder.Memory("GetTemplate", [this](rpc::Call& call, const v1::GetTemplateRequest& request) {
    return templates_.Get(call, request.name());
  });
  builder.Memory("ListTemplates", [this](rpc::Call& call, const v1::ListTemplatesRequest& request) {
    return templates_.List(call, {request.page_size(), request.page_token(), request.filter()});
  });
  builder.Database("CreateTemplate", [this](rpc::Call& call, const v1::CreateTemplateRequest& request) {
    return templates_.Create(call, request.template_id(), request.template_(),
                             {.validate_only = request.validate_only()});
  });
  builder.Database("UpdateTemplate", [this](rpc::Call& call, const v1::UpdateTemplateRequest& request) {
    return templates_.Update(call, request.template_(),
                             {.validate_only = request.validate_only(), .update_mask = request.update_mask()});
  });
  builder.Database("PublishTemplate", this, &TemplateHandlers::Publish);
  builder.Memory("ApplyTemplate", this, &TemplateHandlers::Apply);
  return builder.Finish();
}

absl::StatusOr<rpc::Bytes> TemplateHandlers::Publish(rpc::Call& call, const v1::PublishTemplateRequest& request) {
  return templates_.Change(call, request.name(), request.etag(), {.validate_only = request.validate_only()},
                           [&](google::protobuf::Message& message) {
                             auto& subject = static_cast<v1::Template&>(message);
                             if (subject.state() == v1::Template::PUBLISHED) return TemplateNotDraft(request.name());
                             subject.set_state(v1::Template::PUBLISHED);
                             return absl::OkStatus();
                           });
}

absl::StatusOr<v1::ApplyTemplateResponse> TemplateHandlers::Apply(rpc::Call& call,
                                                                  const v1::ApplyTemplateRequest& request) {
  const ProjectAttributes attributes = AttributesOf(request.project());
  const std::vector<Template> templates = context_.memory.Templates();
  const Template* chosen = nullptr;
  if (request.template_().empty()) {
    chosen = SelectTemplate(templates, attributes, DateOr(request.on(), call.today()));
    if (chosen == nullptr) return NoTemplateApplies();
  } else {
    for (const Template& one : templates) {
      if (one.name == request.template_()) chosen = &one;
    }
    if (chosen == nullptr) return TemplateNotFound(request.template_());
  }
  ASSIGN_OR_RETURN(const Assessor assessor, Assessor::Create(*chosen));
  v1::ApplyTemplateResponse response;
  response.set_template_(chosen->name);
  for (const Applicability& one : assessor.Assess(attributes)) *response.add_procedures() = ToProto(one);
  return response;
}

}  // namespace yaoshi::preapproval

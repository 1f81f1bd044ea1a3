#include "services/registry/list_catalogue_handlers.h"

#include "services/registry/convert.h"
#include "services/registry/directory_errors.h"
#include "services/registry/domain/list.h"

namespace yaoshi::registry {
namespace {

using resource::Draft;
using resource::Finding;

// Of a sub-list: its parent is there and a master list.
absl::Status CheckParent(Draft& draft, const v1::List& list, std::vector<Finding>& findings) {
  const auto stored = feed::LoadLatest(draft.tx.session(), feed::NamedId("list", list.parent()));
  if (absl::IsNotFound(stored.status())) {
    findings.push_back(UnknownList("parent", list.parent()));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(stored.status());
  v1::List parent;
  if (!parent.ParseFromString(stored->body) || parent.kind() != v1::List::MASTER) {
    findings.push_back(Wrong("parent", "is no master list; a sub-list belongs to one."));
  }
  return absl::OkStatus();
}

// The list of the year before is there and is of earlier years.
absl::Status CheckPredecessor(Draft& draft, const v1::List& list, std::vector<Finding>& findings) {
  const auto stored = feed::LoadLatest(draft.tx.session(), feed::NamedId("list", list.predecessor()));
  if (absl::IsNotFound(stored.status())) {
    findings.push_back(UnknownList("predecessor", list.predecessor()));
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(stored.status());
  v1::List before;
  if (!before.ParseFromString(stored->body) || before.last_year() >= list.first_year()) {
    findings.push_back(Wrong("predecessor", "must be a list of earlier years: it ends before this one begins."));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Finding>> Check(Draft& draft) {
  const auto& list = static_cast<const v1::List&>(draft.after);
  std::vector<Finding> findings;
  for (const FieldViolation& violation : Validate(FromProto(list))) {
    findings.push_back(Wrong(violation.field, violation.description));
  }
  if (draft.before != nullptr && static_cast<const v1::List&>(*draft.before).kind() != list.kind()) {
    findings.push_back(Wrong("kind", "cannot change after creation; make a new list."));
  }
  if (list.kind() == v1::List::SUB && findings.empty()) RETURN_IF_ERROR(CheckParent(draft, list, findings));
  if (!list.predecessor().empty()) RETURN_IF_ERROR(CheckPredecessor(draft, list, findings));
  return findings;
}

resource::Spec MakeSpec() {
  resource::Spec spec;
  spec.type = "list";
  spec.collection = "lists";
  spec.path = "list";
  spec.prototype = &v1::List::default_instance();
  spec.not_found = ListNotFound;
  spec.exists = ListExists;
  spec.filter_fields = {"kind", "horizon", "first_year", "title"};
  spec.searched = {"title"};
  spec.shared_below = true;
  spec.check = Check;
  return spec;
}

}  // namespace

ListCatalogueHandlers::ListCatalogueHandlers(const DirectoryContext& context)
    : lists_(MakeSpec(), context.memory, context.writer, context.tokens) {}

void ListCatalogueHandlers::Bind(rpc::ServiceBuilder& builder) {
  builder.Memory("GetList", [this](rpc::Call& call, const v1::GetListRequest& request) {
    return lists_.Get(call, request.name());
  });
  builder.Memory("ListLists", [this](rpc::Call& call, const v1::ListListsRequest& request) {
    return lists_.List(call, {request.page_size(), request.page_token(), request.filter()});
  });
  builder.Database("CreateList", [this](rpc::Call& call, const v1::CreateListRequest& request) {
    return lists_.Create(call, request.list_id(), request.list(), {.validate_only = request.validate_only()});
  });
  builder.Database("UpdateList", [this](rpc::Call& call, const v1::UpdateListRequest& request) {
    return lists_.Update(call, request.list(),
                         {.validate_only = request.validate_only(), .update_mask = request.update_mask()});
  });
}

}  // namespace yaoshi::registry
